"""The life of an execution: queued, cancelled, or claimed once and kept by a lease."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.backups.errors import AlreadyFinal, JobInactive, NotRunnable, RunInProgress
from app.backups.models import BackupJob, Execution
from app.backups.service import handover
from app.backups.service.moves import TABLE, lock_job, move
from app.backups.service.outcomes import note_outcome, record_start
from app.backups.values import BACKUP, CANCELLED, OPEN, QUEUED, RUNNING
from app.core.db import db
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.logging import current_trace_id
from app.core.models import get_row
from app.core.tenancy import current_tenant_id


def queue_run(
    job_id: int,
    *,
    trigger: str,
    actor: Actor,
    now: datetime,
    backup_type: str | None = None,
    notify: bool = True,
) -> Execution:
    """Queue a run of the job; it is handed to a worker after the commit.

    Raises NotFound, JobInactive, NotRunnable and RunInProgress. Of two callers at once one
    queues: an index allows one open backup a job.
    """
    job = get_row(BackupJob, job_id, for_change=True)
    if not job.is_active:
        raise JobInactive(details={"is_active": False})
    if job.is_report_only:
        raise NotRunnable(details={"backup_tool": job.backup_tool, "runner": None})
    return add_execution(
        Execution(
            job_id=job.id,
            kind=BACKUP,
            trigger=trigger,
            backup_type=backup_type or job.backup_type,
            runner=job.runner,
            priority=job.priority,
            notify=notify,
            requested_by=actor.name,
        ),
        now,
    )


def add_execution(execution: Execution, now: datetime) -> Execution:
    """Keep a new queued execution and hand it over; raises RunInProgress.

    Its job is locked, so what is open now is all that will be; the index is for whoever
    forgets to lock.
    """
    if execution.kind == BACKUP:
        _refuse_second(execution.job_id)
    execution.status = QUEUED
    execution.handed_at = now
    execution.execution_date = execution.created_at = now
    execution.trace_id = execution.trace_id or current_trace_id()
    execution.attempt = 0
    db.session.add(execution)
    flush_unless_taken("uq_executions_open_backup", RunInProgress())
    handover.after_commit(execution)
    return execution


def _refuse_second(job_id: int) -> None:
    open_run = db.session.scalar(
        select(Execution.id).where(
            Execution.job_id == job_id, Execution.kind == BACKUP, Execution.status.in_(OPEN)
        )
    )
    if open_run is not None:
        raise RunInProgress(details={"execution_id": open_run})


def request_cancel(execution_id: int, now: datetime) -> tuple[Execution, int]:
    """Cancel a queued execution at once (200), ask a running one to stop (202).

    Raises NotFound, and AlreadyFinal.
    """
    execution = get_row(Execution, execution_id)
    lock_job(execution)
    own = (execution.id, execution.tenant_id)
    if move(*own, QUEUED, status=CANCELLED, finished_at=now, cancel_requested_at=now):
        db.session.refresh(execution)
        note_outcome(execution, now)
        return execution, 200
    if not move(*own, RUNNING, cancel_requested_at=now):
        db.session.refresh(execution)
        raise AlreadyFinal(details={"status": execution.status})
    db.session.refresh(execution)
    return execution, 202


def claim(
    execution_id: int, owner: str, now: datetime, lease_seconds: float, host: str | None = None
) -> Execution | None:
    """Take a queued execution of this server, once, for one worker on `host`; None when it is
    not to be had: taken before, cancelled, or a remote runner's. Needs an unscoped session."""
    claimed = db.session.execute(
        update(TABLE)
        .where(TABLE.c.id == execution_id, TABLE.c.status == QUEUED, TABLE.c.runner.is_(None))
        .values(
            status=RUNNING,
            started_at=now,
            execution_date=now,
            lease_owner=owner,
            lease_until=now + timedelta(seconds=lease_seconds),
            attempt=TABLE.c.attempt + 1,
            engine_host=host,
            engine_pid=None,
            engine_started_at=None,
        )
        .returning(TABLE.c.id)
        .execution_options(tenant_named=True)
    ).scalar()
    if claimed is None:
        return None
    execution = db.session.get_one(Execution, claimed, populate_existing=True)
    record_start(execution, now)
    return execution


def renew(
    execution_id: int, owner: str, now: datetime, lease_seconds: float, facts: dict[str, Any]
) -> bool:
    """Keep the lease and write progress; False when the execution is no longer the owner's."""
    values = {**facts, "lease_until": now + timedelta(seconds=lease_seconds)}
    return _owned(execution_id, owner, values)


def note_engine(execution_id: int, owner: str, host: str, pid: int, started_at: float) -> bool:
    """Keep which process does the work, so that a sweeper can end it; False as `renew`."""
    facts = {"engine_host": host, "engine_pid": pid, "engine_started_at": started_at}
    return _owned(execution_id, owner, facts)


def _owned(execution_id: int, owner: str, values: dict[str, Any]) -> bool:
    is_owners = TABLE.c.lease_owner == owner
    return move(execution_id, current_tenant_id(), RUNNING, is_owners, **values)
