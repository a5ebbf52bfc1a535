"""How an execution leaves its worker: ended with a result, given back, or found lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)

from app.backups.models import BackupJob, Execution
from app.backups.service import corrections
from app.backups.service.moves import NO_PROGRESS, TABLE, lock_job, move
from app.backups.service.outcomes import note_outcome
from app.backups.service.runs import add_execution
from app.backups.values import (
    BACKUP,
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNER_LOST,
    RUNNING,
    SUCCESS,
    TIMED_OUT,
    WARNING,
)
from app.core.db import db
from app.core.logging import get_logger
from app.core.tenancy import current_tenant_id

log = get_logger("endings")
_REFUSALS = (DataError, IntegrityError, ProgrammingError)


@dataclass(frozen=True)
class Ending:
    """How an execution ended: its final status and what is known of it."""

    status: str
    error_code: str | None = None
    error_message: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def columns(self, started_at: datetime | None, now: datetime) -> dict[str, Any]:
        """What its row is set to at the end, its lease given up."""
        return {
            "status": self.status,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "finished_at": now,
            "duration_seconds": max(0.0, (now - (started_at or now)).total_seconds()),
            "lease_owner": None,
            "lease_until": None,
            **self.facts,
        }


STOPPED = Ending(CANCELLED)
CRASHED = Ending(FAILED, "INTERNAL_ERROR", "Something went wrong here; see the server's log.")
OVER_TIME = Ending(FAILED, TIMED_OUT, "It ran longer than max_runtime_minutes allows.")
LOST = Ending(FAILED, RUNNER_LOST, "The worker that ran it died or lost its connection.")


def is_away(error: Exception) -> bool:
    """The database is away, and what failed by it is to be tried again; it did not refuse it."""
    is_refusal = isinstance(error, _REFUSALS) or type(error) is StatementError
    return isinstance(error, SQLAlchemyError) and not is_refusal


def settle(execution_id: int, owner: str, ending: Ending, now: datetime) -> bool:
    """End a running execution, tell its job, copy and the event log, and queue its retry.

    False, and nothing changed, when it is no longer the owner's.
    """
    execution = db.session.get_one(Execution, execution_id, populate_existing=True)
    lock_job(execution)
    return _end(execution, TABLE.c.lease_owner == owner, ending, now)


def fail_lost(execution: Execution, now: datetime, lost: Ending = LOST) -> bool:
    """End a running execution whose lease ran out; False when it was renewed or ended since.

    One that was to be cancelled has come to its end by that, and is not tried again.
    """
    lock_job(execution)
    db.session.refresh(execution)
    ending = lost if execution.cancel_requested_at is None else STOPPED
    return _end(execution, TABLE.c.lease_until < now, ending, now)


def fail_timed_out(execution: Execution, attempt: int, now: datetime) -> bool:
    """End a running execution that took too long; False when it ended or was given back since."""
    lock_job(execution)
    db.session.refresh(execution)
    ending = OVER_TIME if execution.cancel_requested_at is None else STOPPED
    return _end(execution, TABLE.c.attempt == attempt, ending, now)


def give_back(execution_id: int, owner: str, now: datetime) -> bool:
    """Put a run that this worker cannot finish back into the queue: it is stopping itself.

    One whose cancel was accepted ends instead: nobody might be there to take it up again.
    False, and nothing changed, when it is no longer the owner's.
    """
    is_given_back = move(
        execution_id,
        current_tenant_id(),
        RUNNING,
        TABLE.c.lease_owner == owner,
        TABLE.c.cancel_requested_at.is_(None),
        status=QUEUED,
        started_at=None,
        lease_owner=None,
        lease_until=None,
        handed_at=None,
        execution_date=now,
        **NO_PROGRESS,
    )
    return is_given_back or settle(execution_id, owner, STOPPED, now)


def _end(execution: Execution, condition: Any, ending: Ending, now: datetime) -> bool:
    """The move to a final status, and what follows from it; the job must be locked."""
    moved = move(
        execution.id,
        execution.tenant_id,
        RUNNING,
        condition,
        **{**NO_PROGRESS, **ending.columns(execution.started_at, now)},
    )
    if not moved:
        return False
    db.session.refresh(execution)
    if not _attempt(lambda: note_outcome(execution, now), execution):
        _doubt(execution)
        if not _attempt(lambda: note_outcome(execution, now, is_planned=False), execution):
            _attempt(lambda: _count(execution), execution)
    if ending.status == FAILED:
        _attempt(lambda: _queue_retry(execution, now), execution)
    return True


def _attempt(call: Callable[[], None], execution: Execution) -> bool:
    """Do what follows from an ending; a bug in it must not keep the run open for ever."""
    try:
        with db.session.begin_nested():
            call()
    except Exception as error:
        if is_away(error):
            raise
        log.error("outcome_failed", execution_id=execution.id, exc_info=error)
        return False
    return True


def _count(execution: Execution) -> None:
    if execution.kind == BACKUP:
        corrections.add_untold(execution)


def _doubt(execution: Execution) -> None:
    """A run that went well, but that its job could not be told of as it should be."""
    if execution.status == SUCCESS:
        execution.status = WARNING
        execution.error_code = CRASHED.error_code
        execution.error_message = CRASHED.error_message
        db.session.flush()


def _queue_retry(failed: Execution, now: datetime) -> None:
    """One more execution where the job allows it; a deleted or inactive job's is not retried,
    nor is one that was to be cancelled."""
    job = db.session.get_one(BackupJob, failed.job_id)
    is_over = failed.kind != BACKUP or failed.retry_number >= job.max_retries
    if is_over or failed.cancel_requested_at is not None:
        return
    if not job.is_active or job.is_report_only or job.deleted_at is not None:
        return
    add_execution(
        Execution(
            tenant_id=failed.tenant_id,
            job_id=failed.job_id,
            kind=failed.kind,
            trigger="retry",
            backup_type=failed.backup_type,
            runner=job.runner,
            priority=failed.priority,
            notify=failed.notify,
            requested_by=failed.requested_by,
            trace_id=failed.trace_id,
            retry_of=failed.id,
            retry_number=failed.retry_number + 1,
        ),
        now,
    )
