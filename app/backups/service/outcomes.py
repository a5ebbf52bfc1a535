"""What an execution's start and end tell its job, its copy and the event log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.backups.models import Execution
from app.backups.service import copies, plans
from app.backups.service.job_states import JobState, change, get_state
from app.backups.values import BACKUP, CANCELLED, FAILED, REPORT, SUCCESS, WARNING
from app.core import clock
from app.events import service as events
from app.events.service import Fact
from app.events.values import (
    BACKUP_CANCELLED,
    BACKUP_FAILED,
    BACKUP_RECOVERED,
    BACKUP_STARTED,
    BACKUP_SUCCEEDED,
    BACKUP_WARNED,
)

_EVENT_OF = {
    SUCCESS: (BACKUP_SUCCEEDED, "succeeded"),
    WARNING: (BACKUP_WARNED, "succeeded with warnings"),
    FAILED: (BACKUP_FAILED, "failed"),
    CANCELLED: (BACKUP_CANCELLED, "was cancelled"),
}
# A newer run is known: this one says nothing of how the job does now.
_OVERTAKEN = {"is_overtaken": True}


@dataclass(frozen=True, slots=True)
class RunState:
    """A backup as its job and the event log are told of it.

    `began_at` is what the job is told of its start; `has_begun` is false for one that was
    cancelled before.
    """

    execution_id: int
    status: str
    trigger: str
    began_at: datetime
    has_begun: bool
    execution_date: datetime
    finished_at: datetime | None
    duration_seconds: float | None
    size_bytes: int | None
    error_code: str | None
    error_message: str | None
    notify: bool
    source_system: str | None
    trace_id: str | None

    @property
    def ended_at(self) -> datetime:
        return self.finished_at or self.execution_date

    @property
    def counted(self) -> dict[str, Any]:
        """What is counted of it, for its outcome's event: the roll-ups are made of these."""
        return {
            "execution_date": clock.to_wire(self.execution_date),
            "backup_size_bytes": self.size_bytes,
            "duration_seconds": self.duration_seconds,
        }

    @property
    def went_well(self) -> bool:
        return self.status in (SUCCESS, WARNING)


def record_start(execution: Execution, now: datetime) -> None:
    """Tell of a backup's start; restores are told of by the audit log."""
    if execution.kind == BACKUP:
        job = get_state(execution.job_id, execution.tenant_id)
        _record(_state_of(execution), job, BACKUP_STARTED, f"{job.name} started", now)


def note_outcome(execution: Execution, now: datetime, *, is_planned: bool = True) -> None:
    """Carry a final backup into its job, its copy and the event log, in this transaction.

    The job's next run is planned unless that is known to fail: it then stays due, and is overdue
    for all to see.
    """
    if execution.kind != BACKUP:
        return
    job = get_state(execution.job_id, execution.tenant_id, for_change=True)
    if not is_planned:
        job = replace(job, is_active=False)
    run = _state_of(execution)
    # A report is no word of the job's own repository: its script wrote somewhere else.
    if carry(run, job, now) and run.trigger != REPORT:
        copies.note_run(job, run.status, run.finished_at or now, run.size_bytes)


def carry(
    run: RunState, job: JobState, now: datetime, marks: Mapping[str, Any] | None = None
) -> bool:
    """Tell the job, which must be locked, and the event log how a backup run.

    False for a run that is older than the last one known, a report that came late: it leaves
    the job's results, and the columns given as `marks`, as they are.
    """
    is_latest = _is_latest(run, job, now)
    if is_latest:
        change(job, {**_results(run, job, now), **(marks or {})})
    type_, words = _EVENT_OF[run.status]
    told = run.counted if is_latest else {**run.counted, **_OVERTAKEN}
    _record(run, job, type_, f"{job.name} {words}", now, told)
    if is_latest and job.consecutive_failures > 0 and run.went_well:
        _record(run, job, BACKUP_RECOVERED, f"{job.name} recovered", now)
    return is_latest


def _is_latest(run: RunState, job: JobState, now: datetime) -> bool:
    """Nothing newer is known; a date in the future is a clock's that was wrong meanwhile."""
    if job.last_run is not None and run.began_at < job.last_run <= now:
        return False
    is_report = run.trigger == REPORT
    return not (is_report and plans.is_of_before_a_miss(job, run.ended_at, now))


def began_at(trigger: str, execution_date: datetime, created_at: datetime) -> datetime:
    """When a run began, as the job is told.

    A script's clock may be hours ahead: its date is kept in the execution, but must not make
    every run until then look like an old one.
    """
    return min(execution_date, created_at) if trigger == REPORT else execution_date


def _state_of(execution: Execution) -> RunState:
    return RunState(
        execution_id=execution.id,
        status=execution.status,
        trigger=execution.trigger,
        began_at=began_at(execution.trigger, execution.execution_date, execution.created_at),
        has_begun=execution.status != CANCELLED or execution.started_at is not None,
        execution_date=execution.execution_date,
        finished_at=execution.finished_at,
        duration_seconds=execution.duration_seconds,
        size_bytes=execution.backup_size_bytes,
        error_code=execution.error_code,
        error_message=execution.error_message,
        notify=execution.notify,
        source_system=execution.source_system,
        trace_id=execution.trace_id,
    )


def _results(run: RunState, job: JobState, now: datetime) -> dict[str, Any]:
    """The job's columns of results after its latest run."""
    values: dict[str, Any] = {
        "last_run": run.began_at,
        "last_result": run.status,
        "last_duration_seconds": run.duration_seconds,
    }
    if run.went_well:
        values["last_success_at"] = run.finished_at or run.began_at
        values["consecutive_failures"] = 0
    elif run.status == FAILED:
        values["consecutive_failures"] = job.consecutive_failures + 1
    if run.trigger == REPORT:
        return values | plans.after_report(job, run.began_at, run.ended_at, now)
    return values | plans.after_own_run(job, run.began_at, run.has_begun, now)


def _record(
    run: RunState,
    job: JobState,
    type_: str,
    title: str,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    fact = Fact(
        type=type_,
        title=title,
        message=run.error_message,
        occurred_at=now,
        subject_type=BACKUP,
        subject_id=job.id,
        source=run.source_system or "holdfast",
        trace_id=run.trace_id,
        data={
            "execution_id": run.execution_id,
            "trigger": run.trigger,
            "error_code": run.error_code,
            "notify": run.notify,
            **(more or {}),
        },
    )
    events.record(fact, tenant_id=job.tenant_id)
