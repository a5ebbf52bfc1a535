"""Executions that others ran and only tell of: made in their final state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select

from app.backups.models import BackupJob, Execution, ExecutionLog
from app.backups.service import corrections
from app.backups.service.job_states import (
    JobState,
    change,
    find_state,
    lock_for_report,
)
from app.backups.service.outcomes import RunState, began_at, carry
from app.backups.values import BACKUP, FAILED, FINAL, MISSED, REPORT, SUCCESS, WARNING
from app.core.db import db, insert_or_update
from app.core.logging import current_trace_id
from app.core.models import live
from app.core.prepared import Prepared
from app.core.tenancy import execute_named

_EXECUTIONS: Any = Execution.__table__
_LOGS: Any = ExecutionLog.__table__
_ADD = Prepared(insert(_EXECUTIONS).returning(_EXECUTIONS.c.id), _EXECUTIONS)
_ADD_AS = Prepared(insert(_EXECUTIONS), _EXECUTIONS)
_WENT_WELL = (SUCCESS, WARNING)
_HAS_ENDED = tuple(status for status in FINAL if status != MISSED)


@dataclass(frozen=True)
class ReportedRun:
    """A run that is over, with its times in UTC; `details` is kept as its log."""

    result: str
    execution_date: datetime
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    size_bytes: int | None
    error_message: str | None
    details: str | None
    source_system: str
    encoding_repaired: bool
    requested_by: str


def find_job(job_id: int, tenant_id: int) -> JobState | None:
    """The tenant's job, inactive ones too, deleted ones not."""
    job = find_state(job_id, tenant_id)
    return None if job is None or job.deleted_at is not None else job


def lock_job(job_id: int, tenant_id: int) -> tuple[JobState | None, int | None]:
    """As `find_job`, locked until the commit, and the id for `add_run` where one was set
    aside."""
    job, execution_id = lock_for_report(job_id, tenant_id)
    return (None if job is None or job.deleted_at is not None else job), execution_id


def find_last_ended(job_id: int) -> Execution | None:
    """The newest backup of a job, deleted ones aside, that has ended; what was missed never
    began."""
    return db.session.scalars(
        select(Execution)
        .join(BackupJob, BackupJob.id == Execution.job_id)
        .where(
            Execution.job_id == job_id,
            Execution.kind == BACKUP,
            Execution.status.in_(_HAS_ENDED),
            live(BackupJob),
        )
        .order_by(Execution.execution_date.desc(), Execution.id.desc())
        .limit(1)
    ).one_or_none()


def add_run(
    job: JobState,
    run: ReportedRun,
    now: datetime,
    execution_id: int | None,
    marks: Mapping[str, Any],
) -> int:
    """Keep a new run, tell its job and the event log, and give its id; the job must be locked.

    `execution_id` is the one that was set aside, if any; `marks` are columns of the job that
    are written along. An open execution of the job is left
    as it is: the report speaks of another run.
    """
    trace_id = current_trace_id()
    columns = {
        "job_id": job.id,
        "kind": BACKUP,
        "status": run.result,
        "trigger": REPORT,
        "backup_type": job.backup_type,
        "execution_date": run.execution_date,
        "created_at": now,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "duration_seconds": run.duration_seconds,
        "backup_size_bytes": run.size_bytes,
        "error_message": run.error_message,
        "source_system": run.source_system,
        "requested_by": run.requested_by,
        "trace_id": trace_id,
        "encoding_repaired": run.encoding_repaired,
        "priority": job.priority,
    }
    if execution_id is None:
        execution_id = int(_ADD.run(job.tenant_id, **columns)[0][0])
    else:
        _ADD_AS.later(job.tenant_id, id=execution_id, **columns)
    _keep_details(execution_id, job.tenant_id, run.details)
    state = RunState(
        execution_id=execution_id,
        status=run.result,
        trigger=REPORT,
        began_at=began_at(REPORT, run.execution_date, now),
        has_begun=True,
        execution_date=run.execution_date,
        finished_at=run.finished_at,
        duration_seconds=run.duration_seconds,
        size_bytes=run.size_bytes,
        error_code=None,
        error_message=run.error_message,
        notify=True,
        source_system=run.source_system,
        trace_id=trace_id,
    )
    if not carry(state, job, now, marks):
        _note_late(job, state, marks)
    return execution_id


def get_run(execution_id: int) -> Execution:
    """A run that is known to be there, as the lock on its job lets it be seen."""
    return db.session.get_one(Execution, execution_id, populate_existing=True)


def fill_run(
    job: JobState, execution: Execution, run: ReportedRun, marks: Mapping[str, Any]
) -> None:
    """Make a reported run what all its posts together say; the job must be locked.

    The job's columns follow, with the `marks`; its failures are not counted again, and no event
    is recorded.
    """
    was = execution.execution_date, execution.finished_at
    was_begun = _began_at(execution)
    was_counted = corrections.counted(execution)
    execution.execution_date = run.execution_date
    execution.started_at = run.started_at
    execution.finished_at = run.finished_at
    execution.duration_seconds = run.duration_seconds
    execution.backup_size_bytes = run.size_bytes
    execution.error_message = run.error_message
    execution.source_system = run.source_system
    execution.encoding_repaired = run.encoding_repaired
    db.session.flush()
    corrections.correct(execution, was_counted)
    _keep_details(execution.id, job.tenant_id, run.details)
    values = dict(marks)
    if was != (execution.execution_date, execution.finished_at):
        values |= _followed(job, execution, was_begun)
    elif job.last_run == was_begun:
        values["last_duration_seconds"] = execution.duration_seconds
    if values:
        change(job, values)


def _began_at(execution: Execution) -> datetime:
    return began_at(execution.trigger, execution.execution_date, execution.created_at)


def _keep_details(execution_id: int, tenant_id: int, details: str | None) -> None:
    """Text that is no error is the run's log; the first one stays."""
    if details is None:
        return
    statement = insert_or_update(_LOGS).values(
        execution_id=execution_id, head=details, tail="", dropped_bytes=0
    )
    execute_named(statement.on_conflict_do_nothing(), tenant_id=tenant_id, table=_LOGS)


def _note_late(job: JobState, run: RunState, marks: Mapping[str, Any]) -> None:
    """A run that is older than the last one known, or than the miss told last, leaves the last
    result, and still counts."""
    values: dict[str, Any] = {**marks, "consecutive_failures": _failures_in_a_row(job)}
    if job.last_run is None or job.last_run < run.began_at:
        values["last_run"] = run.began_at
    if run.went_well:
        ended = run.finished_at or run.began_at
        values["last_success_at"] = max(ended, job.last_success_at or ended)
    change(job, values)


def _followed(job: JobState, execution: Execution, was_begun: datetime) -> dict[str, Any]:
    """The job's columns of results, in step with a run whose times became known."""
    last = find_last_ended(job.id)
    if last is None:
        return {}
    was_latest, is_latest = job.last_run == was_begun, last.id == execution.id
    values: dict[str, Any] = {}
    if was_latest or is_latest:
        values |= {
            "last_run": _began_at(last),
            "last_result": last.status,
            "last_duration_seconds": last.duration_seconds,
        }
    if was_latest != is_latest:
        values["consecutive_failures"] = _failures_in_a_row(job)
        # No event tells of it, and this moment is past: compliance looks at once.
        values["compliance_check_at"] = last.created_at
    if execution.status in _WENT_WELL:
        ended = execution.finished_at or _began_at(execution)
        values["last_success_at"] = ended if is_latest else _last_success(job)
    return values


def _last_success(job: JobState) -> datetime | None:
    """When the last backup that went well ended; where its end is not known, when it began."""
    ended = func.coalesce(_EXECUTIONS.c.finished_at, _EXECUTIONS.c.started_at)
    statement = select(func.max(ended)).where(
        _EXECUTIONS.c.job_id == job.id,
        _EXECUTIONS.c.kind == BACKUP,
        _EXECUTIONS.c.status.in_(_WENT_WELL),
    )
    found = execute_named(statement, tenant_id=job.tenant_id, table=_EXECUTIONS)
    last: datetime | None = found.scalar_one()
    return last


def _failures_in_a_row(job: JobState) -> int:
    """How many backups have failed or were missed since the last one that went well."""
    backups = (_EXECUTIONS.c.job_id == job.id, _EXECUTIONS.c.kind == BACKUP)
    success = (
        select(func.max(_EXECUTIONS.c.execution_date))
        .where(*backups, _EXECUTIONS.c.status.in_(_WENT_WELL))
        .scalar_subquery()
    )
    failed = select(func.count(_EXECUTIONS.c.id)).where(
        *backups,
        _EXECUTIONS.c.status.in_((FAILED, MISSED)),
        or_(success.is_(None), _EXECUTIONS.c.execution_date > success),
    )
    counted = execute_named(failed, tenant_id=job.tenant_id, table=_EXECUTIONS)
    return int(counted.scalar_one())
