"""How a verification leaves its worker, and what follows: its job, its failures, an event."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from app.backups.models import BackupJob
from app.backups.service import job_states
from app.backups.service.endings import CRASHED
from app.backups.service.endings import Ending as RunEnding
from app.backups.service.moves import NO_PROGRESS
from app.core.db import db
from app.core.tenancy import current_tenant_id
from app.engines.base import Damage
from app.events import service as events
from app.events.values import (
    VERIFICATION_CANCELLED,
    VERIFICATION_FAILED,
    VERIFICATION_SUCCEEDED,
)
from app.verification.models import Verification, VerificationFailure
from app.verification.service.moves import TABLE, lock_job, move
from app.verification.values import (
    CANCELLED,
    COMPLETED,
    FAILED,
    FULL,
    MOST_FAILURES,
    PASSED,
    QUEUED,
    RESTORE,
    RUNNING,
    WORKER_LOST,
)


@dataclass(frozen=True)
class Ending(RunEnding):
    """How a verification ended; `damages` are the first of `facts["failures_total"]`."""

    damages: Sequence[Damage] = field(default=())


STOPPED = Ending(CANCELLED)
LOST = Ending(FAILED, WORKER_LOST, "The worker that did it died or lost its connection.")
BROKEN = Ending(FAILED, CRASHED.error_code, CRASHED.error_message)


def settle(verification_id: int, owner: str, ending: RunEnding, now: datetime) -> bool:
    """End a running verification; False, and nothing changed, when it is not the owner's."""
    verification = db.session.get_one(Verification, verification_id, populate_existing=True)
    return _end(verification, TABLE.c.lease_owner == owner, ending, now)


def fail_lost(verification: Verification, now: datetime) -> bool:
    """End a running verification whose lease ran out; False when it was renewed or ended since."""
    db.session.refresh(verification)
    ending = LOST if verification.cancel_requested_at is None else STOPPED
    return _end(verification, TABLE.c.lease_until < now, ending, now)


def give_back(verification_id: int, owner: str, now: datetime) -> bool:
    """Put a verification that this worker cannot finish back into the queue; one whose cancel
    was accepted ends. False, and nothing changed, when it is not the owner's."""
    is_given_back = move(
        verification_id,
        current_tenant_id(),
        RUNNING,
        TABLE.c.lease_owner == owner,
        TABLE.c.cancel_requested_at.is_(None),
        status=QUEUED,
        started_at=None,
        lease_owner=None,
        lease_until=None,
        handed_at=None,
        **NO_PROGRESS,
    )
    return is_given_back or settle(verification_id, owner, STOPPED, now)


def tell(verification: Verification, now: datetime) -> None:
    """Record the event of a verification that has come to its end."""
    job = job_states.get_state(verification.job_id, verification.tenant_id)
    type_, words = _event_of(verification)
    fact = events.Fact(
        type_,
        f"Verification ({verification.test_type}) of {job.name} {words}",
        now,
        "backup",
        job.id,
        message=verification.error_message,
        trace_id=verification.trace_id,
        data={
            "verification_id": verification.id,
            "test_type": verification.test_type,
            "scope": verification.scope,
            "test_status": verification.status,
            "test_result": verification.result,
            "snapshot_id": verification.snapshot_id,
            "execution_id": verification.execution_id,
            "error_code": verification.error_code,
            "notify": verification.notify,
        },
    )
    events.record(fact, tenant_id=verification.tenant_id)


def _event_of(verification: Verification) -> tuple[str, str]:
    if verification.status == CANCELLED:
        return VERIFICATION_CANCELLED, "was cancelled"
    if verification.status == FAILED:
        return VERIFICATION_FAILED, "could not be carried out"
    if verification.result == PASSED:
        return VERIFICATION_SUCCEEDED, "succeeded"
    return VERIFICATION_FAILED, "found that it cannot be restored as it is"


def _end(verification: Verification, condition: Any, ending: RunEnding, now: datetime) -> bool:
    lock_job(verification.job_id)
    moved = move(
        verification.id,
        verification.tenant_id,
        RUNNING,
        condition,
        **{**NO_PROGRESS, **ending.columns(verification.started_at, now)},
    )
    if not moved:
        return False
    db.session.refresh(verification)
    _keep_failures(verification, ending)
    if verification.status == COMPLETED:
        _tell_job(verification, now)
    tell(verification, now)
    return True


def _keep_failures(verification: Verification, ending: RunEnding) -> None:
    damages = ending.damages if isinstance(ending, Ending) else ()
    db.session.execute(
        delete(VerificationFailure).where(VerificationFailure.verification_id == verification.id)
    )
    db.session.add_all(
        VerificationFailure(
            tenant_id=verification.tenant_id,
            verification_id=verification.id,
            path=damage.path,
            reason=damage.reason,
        )
        for damage in damages[:MOST_FAILURES]
    )
    db.session.flush()


def _tell_job(verification: Verification, now: datetime) -> None:
    """Write the results through Core, so that the job's version stays."""
    state = job_states.get_state(verification.job_id, verification.tenant_id, for_change=True)
    values: dict[str, Any] = {"last_verified_at": now}
    if verification.test_type == RESTORE and verification.result == PASSED:
        job = db.session.get_one(BackupJob, verification.job_id, populate_existing=True)
        # What an old snapshot proves is as old as that snapshot.
        proven = now if verification.is_latest else (verification.snapshot_at or now)
        values["last_proven_restorable_at"] = max(proven, job.last_proven_restorable_at or proven)
        if verification.scope == FULL:
            values["restore_seconds"] = verification.restore_seconds
    job_states.change(state, values)
