"""Backup jobs: made, found, changed, deleted."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import defer

from app.backups.errors import NameTaken, RunInProgress
from app.backups.models import BackupJob, Execution, JobTag
from app.backups.rules import schedule as schedules
from app.backups.service import copies, places, shown_jobs
from app.backups.values import MISSED, OPEN
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.models import defaults_of, get_row, live
from app.core.pagination import Listing, Ordering, equal
from app.core.tenancy import current_tenant_id
from app.storage import service as storage
from app.tenants.models import Tenant

ORDERING = Ordering(
    key=BackupJob.id,
    columns={
        "id": BackupJob.id,
        "name": BackupJob.name,
        "priority": BackupJob.priority,
        "created_at": BackupJob.created_at,
        "updated_at": BackupJob.updated_at,
        "consecutive_failures": BackupJob.consecutive_failures,
    },
    default="-created_at",
)
_EQUALS = (
    "is_active",
    "backup_type",
    "backup_tool",
    "schedule_type",
    "last_result",
    "owner_id",
    "priority",
)
# What null clears a field back to, and what a new job has before it reaches the database.
DEFAULTS = defaults_of(BackupJob)
_SCHEDULE = ("schedule_type", "schedule_time", "schedule_days", "cron", "timezone")


def list_jobs(query: dict[str, Any], now: datetime) -> Listing:
    """The tenant's jobs; `overdue` are the active ones whose due run is past its grace, also
    when that was told as missed and no run has ended since."""
    unread = [defer(getattr(BackupJob, name)) for name in shown_jobs.HIDDEN]
    statement = select(BackupJob).options(*unread).where(live(BackupJob))
    statement = equal(statement, BackupJob, query, _EQUALS)
    if "tag" in query:
        tagged = exists().where(JobTag.job_id == BackupJob.id, JobTag.tag == query["tag"])
        statement = statement.where(tagged)
    if "overdue" in query:
        is_late = BackupJob.overdue_at.is_not(None) & (BackupJob.overdue_at < now)
        is_missed = BackupJob.is_active & (func.coalesce(BackupJob.last_result, "") == MISSED)
        is_overdue = is_late | is_missed
        statement = statement.where(is_overdue if query["overdue"] else ~is_overdue)
    if "search" in query:
        words = query["search"].casefold()
        statement = statement.where(BackupJob.search_text.contains(words, autoescape=True))
    return Listing(statement, ORDERING)


def get_job(job_id: int) -> BackupJob:
    """Raises NotFound."""
    return get_row(BackupJob, job_id)


def create_job(fields: dict[str, Any], actor: Actor, now: datetime) -> BackupJob:
    """Register a job, and its own repository as its first copy.

    Raises ValidationFailed and NameTaken.
    """
    job = BackupJob(
        **DEFAULTS,
        owner_id=actor.user_id,
        timezone=_default_timezone(),
        repository_password=secrets.token_urlsafe(32),
    )
    _apply(job, fields, now)
    _check(job, set(fields))
    plan_next_run(job, now)
    db.session.add(job)
    _flush()
    copies.keep_system_copy(job, now)
    return job


def update_job(
    job_id: int, fields: dict[str, Any], now: datetime, *, expected_version: int | None
) -> BackupJob:
    """Replace the given fields; raises NotFound, PreconditionFailed, ValidationFailed,
    NameTaken."""
    job = get_row(BackupJob, job_id, for_change=True, expected_version=expected_version)
    planned = _plan_of(job)
    _apply(job, fields, now)
    _drop_stale_schedule(job, fields)
    _check(job, set(fields))
    if _plan_of(job) != planned:
        # A PUT of what GET gave must not make an overdue job look punctual.
        plan_next_run(job, now)
    _flush()
    copies.keep_system_copy(job, now)
    return job


def delete_job(job_id: int, now: datetime, *, expected_version: int | None) -> BackupJob:
    """Mark it deleted; its repository stays where it is. Raises NotFound, RunInProgress."""
    job = get_row(BackupJob, job_id, for_change=True, expected_version=expected_version)
    open_run = db.session.scalars(
        select(Execution.id).where(Execution.job_id == job.id, Execution.status.in_(OPEN))
    ).first()
    if open_run is not None:
        raise RunInProgress(details={"execution_id": open_run})
    job.deleted_at = now
    job.is_active = False
    job.next_run = job.overdue_at = None
    db.session.flush()
    return job


def schedule_of(job: BackupJob) -> schedules.Schedule:
    return schedules.Schedule(**{name: getattr(job, name) for name in _SCHEDULE})


def plan_next_run(job: BackupJob, after: datetime) -> None:
    """When it is due next, and when that will be overdue; never for an inactive job."""
    job.next_run = schedules.next_run(schedule_of(job), after) if job.is_active else None
    job.overdue_at = overdue_after(job.next_run, job.grace_minutes)


def overdue_after(next_run: datetime | None, grace_minutes: int) -> datetime | None:
    return next_run + timedelta(minutes=grace_minutes) if next_run else None


def _plan_of(job: BackupJob) -> tuple[Any, ...]:
    return schedule_of(job), job.is_active, job.grace_minutes


def _default_timezone() -> str:
    return db.session.get_one(Tenant, current_tenant_id()).timezone


def _apply(job: BackupJob, fields: dict[str, Any], now: datetime) -> None:
    """Set what was given; null clears an optional field back to its default."""
    for name, value in fields.items():
        if name == "tags":
            _set_tags(job, value or [], now)
        elif name == "schedule_days":
            job.schedule_days = _tidied(value)
        elif name == "timezone":
            job.timezone = value or _default_timezone()
        else:
            setattr(job, name, DEFAULTS.get(name) if value is None else value)
    job.excludes = job.excludes or []
    if job.storage_id is None:
        default = storage.find_default()
        job.storage_id = default.id if default else None
    words = (job.name, job.description or "", job.source_path)
    job.search_text = "\n".join(words).casefold()


def _tidied(schedule_days: str | None) -> str | None:
    """Days in their one spelling; what is no day stays as it is, for `_check` to refuse."""
    try:
        return schedules.normalise(schedule_days) if schedule_days else None
    except ValueError:
        return schedule_days


def _set_tags(job: BackupJob, tags: list[str], now: datetime) -> None:
    kept = {row.tag: row for row in job.tag_rows}
    if kept.keys() == set(tags):
        return
    # The tags are rows of their own: only a changed column of the job raises its version.
    job.updated_at = now
    job.tag_rows = [kept.get(tag) or JobTag(tag=tag) for tag in sorted(set(tags))]


def _drop_stale_schedule(job: BackupJob, fields: dict[str, Any]) -> None:
    """A new schedule type leaves behind what the old one needed, unless it was given again."""
    if "schedule_type" not in fields:
        return
    kept = {
        "manual": set(),
        "daily": {"schedule_time"},
        "weekly": {"schedule_time", "schedule_days"},
        "monthly": {"schedule_time", "schedule_days"},
        "custom": {"cron"},
    }[job.schedule_type]
    for name in {"schedule_time", "schedule_days", "cron"} - kept - fields.keys():
        setattr(job, name, None)


def _check(job: BackupJob, given: set[str]) -> None:
    """What no single field shows; raises one ValidationFailed for all of it."""
    problems = {name: [message] for name, message in schedules.problems(schedule_of(job)).items()}
    if job.storage_id is not None and storage.find_provider(job.storage_id) is None:
        problems["storage_id"] = ["There is no storage provider with this id."]
    if job.runs_here:
        problems.update(_local_problems(job, given))
    if problems:
        raise ValidationFailed(details=problems)


def _local_problems(job: BackupJob, given: set[str]) -> dict[str, Any]:
    """What a job that this server executes needs, looked at when it is given."""
    problems: dict[str, Any] = {}
    if given & {"source_path", "backup_tool", "runner"}:
        try:
            places.resolve_source(job.source_path, current_tenant_id())
        except ValidationFailed as refusal:
            problems.update(refusal.details)
    if job.storage_id is None:
        problems["storage_id"] = ["Required: the tenant has no default storage provider."]
    return problems


def _flush() -> None:
    taken = NameTaken(details={"name": [NameTaken.message]})
    flush_unless_taken("uq_backup_jobs_name", taken)
