"""Backup jobs and what is started from them, under /backups."""

from typing import Any

from app.backups.errors import (
    EngineUnavailable,
    JobInactive,
    NameTaken,
    NotRunnable,
    RunInProgress,
    TooManyWaiting,
)
from app.backups.schemas.copies import SnapshotSchema
from app.backups.schemas.executions import (
    ExecutionQuery,
    ExecutionSchema,
    RestoreRequestSchema,
    RunQuery,
    RunRequestSchema,
)
from app.backups.schemas.jobs import JobCreateSchema, JobQuery, JobSchema, JobUpdateSchema
from app.backups.service import awaiting, executions, jobs, restoring, runs, shown_jobs, snapshots
from app.core import clock
from app.core.http import (
    Blueprint,
    commit_before_waiting,
    conditional,
    fails,
    filters,
    requires,
    returns,
    takes,
)
from app.core.identity import Actor, current_actor
from app.core.schemas import DeletedSchema, NumberedQuery

blp = Blueprint(
    "backups",
    __name__,
    url_prefix="/backups",
    description="Backup jobs",
    resource="backup_job",
)

EXECUTION_URL = "/api/v1/executions/{id}"


@blp.post("")
@requires("backups:write")
@takes(JobCreateSchema)
@returns(JobSchema, status=201, location="/api/v1/backups/{id}")
@fails(NameTaken)
def create_job(body: dict[str, Any]) -> Any:
    """Register a backup job."""
    return jobs.create_job(body, current_actor(), clock.utcnow())


@blp.get("")
@requires("backups:read")
@filters(JobQuery)
@returns(JobSchema, page=True)
def list_jobs(query: dict[str, Any]) -> Any:
    """List the tenant's backup jobs."""
    return jobs.list_jobs(query, clock.utcnow())


@blp.get("/<int:job_id>")
@requires("backups:read")
@returns(JobSchema)
def get_job(job_id: int) -> Any:
    """Show a backup job."""
    return shown_jobs.show_job(job_id)


@blp.put("/<int:job_id>")
@requires("backups:write")
@takes(JobUpdateSchema)
@conditional
@returns(JobSchema)
@fails(NameTaken)
def update_job(body: dict[str, Any], job_id: int, expected_version: int | None) -> Any:
    """Change the given fields of a backup job."""
    return jobs.update_job(job_id, body, clock.utcnow(), expected_version=expected_version)


@blp.delete("/<int:job_id>")
@requires("backups:write")
@conditional
@returns(DeletedSchema, message="Backup job deleted; its repository was left as it is.")
@fails(RunInProgress)
def delete_job(job_id: int, expected_version: int | None) -> Any:
    """Delete a backup job; what it has backed up stays in its repository."""
    return jobs.delete_job(job_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/<int:job_id>/run")
@requires("backups:run")
@filters(RunQuery)
@takes(RunRequestSchema, required=False)
@returns(
    ExecutionSchema,
    status=202,
    also={200: "With `wait`: the run is over."},
    retry_after="Seconds, with `wait` when too many callers wait: poll the execution instead.",
    location=EXECUTION_URL,
)
@fails(RunInProgress, JobInactive, NotRunnable)
def run_job(query: dict[str, Any], body: dict[str, Any], job_id: int) -> Any:
    """Queue a run of this job now; with `wait`, answer at its end or with its state so far."""
    actor = current_actor()
    now = clock.utcnow()
    queued = runs.queue_run(job_id, trigger=_trigger(actor), actor=actor, now=now, **body)
    if not query["wait"]:
        return queued, 202
    commit_before_waiting((queued, 202), query["wait"])
    seen = awaiting.await_end(queued.id, query["wait"])
    if seen is None:
        return queued, 202, {"Retry-After": str(awaiting.RETRY_SECONDS)}
    return seen, 200 if seen.is_final else 202


@blp.get("/<int:job_id>/executions")
@requires("backups:read")
@filters(ExecutionQuery)
@returns(ExecutionSchema, page=True)
def list_executions(query: dict[str, Any], job_id: int) -> Any:
    """List a job's executions, newest first."""
    return executions.list_executions(job_id, query)


@blp.get("/<int:job_id>/snapshots")
@requires("backups:read")
@filters(NumberedQuery)
@returns(SnapshotSchema, page=True)
@fails(NotRunnable, EngineUnavailable, TooManyWaiting)
def list_snapshots(query: dict[str, Any], job_id: int) -> Any:
    """List what the repository holds, asked live, newest first."""
    return snapshots.list_snapshots(job_id)


@blp.post("/<int:job_id>/restore")
@requires("backups:restore")
@takes(RestoreRequestSchema)
@returns(ExecutionSchema, status=202, location=EXECUTION_URL)
@fails(NotRunnable)
def restore_job(body: dict[str, Any], job_id: int) -> Any:
    """Queue a restore below `target`; files keep their full paths there."""
    actor = current_actor()
    return restoring.queue_restore(
        job_id, body, actor=actor, trigger=_trigger(actor), now=clock.utcnow()
    )


def _trigger(actor: Actor) -> str:
    return "manual" if actor.kind == "user" else "api"
