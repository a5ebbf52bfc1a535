"""A job as its runs see and change it: the columns of its plan and results, under its lock."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Sequence, bindparam, select, update

from app.backups.models import BackupJob
from app.backups.rules.schedule import UNUSABLE, Schedule, next_run
from app.backups.values import RESTIC
from app.core.db import db
from app.core.prepared import Prepared

_TABLE: Any = BackupJob.__table__


@dataclass(frozen=True, slots=True)
class JobState:
    """A job's columns by their own names, read at one moment."""

    id: int
    tenant_id: int
    name: str
    backup_type: str
    backup_tool: str
    runner: str | None
    priority: int
    is_active: bool
    deleted_at: datetime | None
    schedule_type: str
    schedule_time: str | None
    schedule_days: str | None
    cron: str | None
    timezone: str
    grace_minutes: int
    next_run: datetime | None
    overdue_at: datetime | None
    last_run: datetime | None
    last_result: str | None
    last_success_at: datetime | None
    consecutive_failures: int
    dates_told_until: datetime | None
    undated_post_at: datetime | None
    compliance_status: str

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    @property
    def is_planned(self) -> bool:
        """Something is expected of it at some time."""
        return self.next_run is not None and self.is_active and self.deleted_at is None

    @property
    def is_report_only(self) -> bool:
        """Executed by something that only tells of it."""
        return self.backup_tool != RESTIC and self.runner is None

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            self.schedule_type, self.schedule_time, self.schedule_days, self.cron, self.timezone
        )

    def find_next(self, moment: datetime) -> datetime | None:
        """When it is due next after this moment.

        None for a manual job, and for a schedule that no longer tells a time (its zone is gone
        from the time zone database, say): nobody who ends or reports a run can mend that, and
        the scheduler tells of it.
        """
        try:
            return next_run(self.schedule, moment)
        except UNUSABLE:
            return None


_COLUMNS = select(*(_TABLE.c[field.name] for field in fields(JobState)))
_BY_ID = _COLUMNS.where(_TABLE.c.id == bindparam("job_id"))
_READ = Prepared(_BY_ID, _TABLE)
_LOCK = Prepared(_BY_ID.with_for_update(), _TABLE)
_LOCK_AND_RESERVE = Prepared(
    _BY_ID.add_columns(Sequence("executions_id_seq").next_value()).with_for_update(),
    _TABLE,
)
_CHANGE = Prepared(update(_TABLE).where(_TABLE.c.id == bindparam("job_id")), _TABLE)


def find_state(job_id: int, tenant_id: int, *, for_change: bool = False) -> JobState | None:
    """A job of the tenant, inactive and deleted ones too; locked until the commit
    `for_change`."""
    rows = (_LOCK if for_change else _READ).run(tenant_id, job_id=job_id)
    return JobState(*rows[0]) if rows else None


def lock_for_report(job_id: int, tenant_id: int) -> tuple[JobState | None, int | None]:
    """The job, locked, and on PostgreSQL an id set aside for the run that is reported.

    With its id known beforehand, a run and all that follows from it are written in one round
    trip. One that is not used is lost, as is one whose transaction rolls back.
    """
    if db.engine.dialect.name != "postgresql":
        return find_state(job_id, tenant_id, for_change=True), None
    rows = _LOCK_AND_RESERVE.run(tenant_id, job_id=job_id)
    return (JobState(*rows[0][:-1]), rows[0][-1]) if rows else (None, None)


def get_state(job_id: int, tenant_id: int, *, for_change: bool = False) -> JobState:
    """As `find_state`, of a job that is known to be there."""
    state = find_state(job_id, tenant_id, for_change=for_change)
    if state is None:
        raise LookupError(f"tenant {tenant_id} has no job {job_id}")
    return state


def change(job: JobState, values: dict[str, Any]) -> None:
    """Write results through Core, so that the job's version stays: that counts what people
    change."""
    _CHANGE.later(job.tenant_id, job_id=job.id, **values)
