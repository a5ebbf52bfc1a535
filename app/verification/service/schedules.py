"""Schedules: verifications that come again, and queueing those that are due."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, update

from app.backups.models import BackupJob
from app.core.db import db
from app.core.errors import DomainError, ValidationFailed
from app.core.ids import new_trace_id
from app.core.logging import bind, get_logger
from app.core.models import defaults_of, find_row, get_row
from app.core.pagination import Listing, Ordering, equal
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.tenants.suspension import is_active
from app.verification.models import VerificationSchedule
from app.verification.rules.rhythm import next_after, problem_of, rhythm_of
from app.verification.service.asking import queue_verification
from app.verification.values import CRON

log = get_logger("verification")
_TABLE: Any = VerificationSchedule.__table__
_BATCH = 500
# What null clears a field back to.
_DEFAULTS = defaults_of(VerificationSchedule)
ORDERING = Ordering(
    key=VerificationSchedule.id,
    columns={"id": VerificationSchedule.id, "created_at": VerificationSchedule.created_at},
    default="id",
)


def list_schedules(query: dict[str, Any]) -> Listing:
    """All of the tenant."""
    statement = select(VerificationSchedule)
    statement = equal(statement, VerificationSchedule, query, ("test_type", "is_active"))
    if "backup_id" in query:
        statement = statement.where(VerificationSchedule.job_id == query["backup_id"])
    return Listing(statement, ORDERING)


def get_schedule(schedule_id: int) -> VerificationSchedule:
    """Raises NotFound."""
    return get_row(VerificationSchedule, schedule_id)


def create_schedule(fields: dict[str, Any], now: datetime) -> VerificationSchedule:
    """Raises ValidationFailed. Unless `cron` says otherwise, it comes first after one period."""
    schedule = VerificationSchedule(created_at=now, **_DEFAULTS)
    _apply(schedule, fields, now)
    db.session.add(schedule)
    db.session.flush()
    return schedule


def update_schedule(
    schedule_id: int, fields: dict[str, Any], now: datetime, *, expected_version: int | None
) -> VerificationSchedule:
    """Change the given fields; raises NotFound, PreconditionFailed, ValidationFailed."""
    schedule = get_row(
        VerificationSchedule, schedule_id, for_change=True, expected_version=expected_version
    )
    _apply(schedule, fields, now)
    db.session.flush()
    return schedule


def delete_schedule(schedule_id: int, *, expected_version: int | None) -> VerificationSchedule:
    """Raises NotFound, PreconditionFailed; the verifications that it queued stay."""
    schedule = get_row(
        VerificationSchedule, schedule_id, for_change=True, expected_version=expected_version
    )
    db.session.delete(schedule)
    db.session.flush()
    return schedule


def queue_due(now: datetime) -> int:
    """Queue what is due, of every tenant: each once, however many schedulers look, and once only
    after down time. Those of suspended tenants wait, and come once when they are let in again."""
    with unscoped(read_only=True):
        due = db.session.scalars(
            select(VerificationSchedule)
            .where(
                VerificationSchedule.next_run <= now,
                VerificationSchedule.is_active,
                is_active(VerificationSchedule.tenant_id),
            )
            .order_by(VerificationSchedule.next_run)
            .limit(_BATCH)
        ).all()
    return sweep("queue_due_verifications", due, partial(queue_one, now))


def queue_one(now: datetime, schedule: VerificationSchedule) -> bool:
    """Queue one that was seen due; False when another scheduler, or a person, was faster, or its
    job cannot be verified now. It is then due again after its period."""
    bind(trace_id=new_trace_id())
    with as_tenant(schedule.tenant_id):
        if not _claim(schedule, now):
            return False
        try:
            queue_verification(
                schedule.job_id,
                {
                    "test_type": schedule.test_type,
                    "scope": schedule.scope,
                    "notify": schedule.notify,
                },
                requested_by="schedule",
                now=now,
                schedule_id=schedule.id,
            )
        except DomainError as error:
            log.warning("schedule_passed_over", schedule_id=schedule.id, error_code=error.code)
            return False
    return True


def _claim(schedule: VerificationSchedule, now: datetime) -> bool:
    """Move its next run on, unless another scheduler or a person did so meanwhile."""
    claimed = execute_named(
        update(_TABLE)
        .where(
            _TABLE.c.id == schedule.id,
            _TABLE.c.next_run == schedule.next_run,
            _TABLE.c.is_active,
        )
        .values(last_run=now, next_run=next_after(schedule.rhythm, schedule.timezone, now)),
        tenant_id=schedule.tenant_id,
        table=_TABLE,
    )
    return bool(claimed.rowcount == 1)


def _apply(schedule: VerificationSchedule, fields: dict[str, Any], now: datetime) -> None:
    given = {
        name: _DEFAULTS.get(name) if value is None else value for name, value in fields.items()
    }
    job = _find_job(given.pop("backup_id", None) or schedule.job_id)
    schedule.job_id = job.id
    given["timezone"] = given.get("timezone") or schedule.timezone or job.timezone
    for name, value in given.items():
        setattr(schedule, name, value)
    if schedule.frequency != CRON and schedule.cron is not None:
        if fields.get("cron") is not None:
            raise ValidationFailed.on("cron", "Has no place beside this frequency.")
        schedule.cron = None
    if {"frequency", "cron", "timezone", "is_active"} & set(fields) or schedule.id is None:
        _plan(schedule, now)


def _find_job(job_id: int) -> BackupJob:
    job = find_row(BackupJob, job_id)
    if job is None:
        raise ValidationFailed.on("backup_id", "There is no backup job with this id.")
    return job


def _plan(schedule: VerificationSchedule, now: datetime) -> None:
    made_at = schedule.created_at or now
    schedule.rhythm = rhythm_of(schedule.frequency, schedule.cron, schedule.timezone, made_at)
    problem = problem_of(schedule.rhythm, schedule.timezone)
    if problem is not None:
        raise ValidationFailed.on("cron", problem)
    schedule.next_run = (
        next_after(schedule.rhythm, schedule.timezone, now) if schedule.is_active else None
    )
