"""Telling that a due run did not begin: once, in the job's history, its state and the events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.backups.models import Execution
from app.backups.rules.schedule import count_runs
from app.backups.service.job_states import JobState
from app.backups.values import (
    BACKUP,
    MISSED,
    NOT_REPORTED,
    NOT_STARTED,
    RUNNING,
    SCHEDULE,
    STILL_RUNNING,
)
from app.core import clock
from app.core.prepared import Prepared
from app.events import service as events
from app.events.service import Fact
from app.events.values import BACKUP_MISSED

_EXECUTIONS: Any = Execution.__table__
_ADD = Prepared(insert(_EXECUTIONS).returning(_EXECUTIONS.c.id), _EXECUTIONS)
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Miss:
    """A due time without a run; `open_run` is the status of the backup that was in its way."""

    due_at: datetime
    open_run: str | None

    def code(self, job: JobState) -> str:
        if job.is_report_only:
            return NOT_REPORTED
        return STILL_RUNNING if self.open_run == RUNNING else NOT_STARTED

    def words(self, job: JobState) -> str:
        due = f"No run began within {job.grace_minutes} minutes of {clock.to_wire(self.due_at)}"
        if job.is_report_only:
            return f"{due}: none was reported."
        if self.open_run == RUNNING:
            return f"{due}: the run before it had not ended."
        if self.open_run is not None:
            return f"{due}: it waits {f'for {job.runner}' if job.runner else 'in the queue'}."
        return f"{due}: it was cancelled, or nothing was there to start it."


def tell(job: JobState, miss: Miss, now: datetime, trace_id: str | None) -> None:
    """Keep an execution that is missed and record the event; the job must be locked.

    Due times that went by since are told together with it, as `missed_runs` of the event.
    """
    execution_id = _ADD.run(
        job.tenant_id,
        job_id=job.id,
        kind=BACKUP,
        status=MISSED,
        trigger=SCHEDULE,
        backup_type=job.backup_type,
        execution_date=miss.due_at,
        created_at=now,
        finished_at=now,
        runner=job.runner,
        priority=job.priority,
        error_code=miss.code(job),
        error_message=miss.words(job),
        requested_by="scheduler",
        trace_id=trace_id,
    )[0][0]
    fact = Fact(
        type=BACKUP_MISSED,
        title=f"{job.name} was missed",
        message=miss.words(job),
        occurred_at=now,
        subject_type=BACKUP,
        subject_id=job.id,
        trace_id=trace_id,
        data={
            "execution_id": execution_id,
            "trigger": SCHEDULE,
            "error_code": miss.code(job),
            "due_at": clock.to_wire(miss.due_at),
            "execution_date": clock.to_wire(miss.due_at),
            "missed_runs": _count(job, miss, now),
            "notify": True,
            **({} if results(job, miss) else {"is_overtaken": True}),
        },
    )
    events.record(fact, tenant_id=job.tenant_id)


def results(job: JobState, miss: Miss) -> dict[str, Any]:
    """The job's columns of results; a run that began after the due time says more of it."""
    if job.last_run is not None and job.last_run >= miss.due_at - job.grace:
        return {}
    return {"last_result": MISSED, "consecutive_failures": job.consecutive_failures + 1}


def _count(job: JobState, miss: Miss, now: datetime) -> int:
    """How many due times are past their grace, MOST_COUNTED at most."""
    if job.find_next(miss.due_at) is None:
        return 1
    return 1 + count_runs(job.schedule, miss.due_at, now - job.grace, MOST_COUNTED - 1)
