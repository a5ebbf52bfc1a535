"""Asking for a verification, and taking that back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob
from app.core.db import db
from app.core.integrity import flush_unless_taken
from app.core.logging import current_trace_id
from app.core.models import get_row
from app.verification.errors import (
    NothingToVerify,
    NotVerifiable,
    VerificationInProgress,
    VerificationOver,
)
from app.verification.models import Verification
from app.verification.service import endings, handover, subjects
from app.verification.service.moves import lock_job, move
from app.verification.values import CANCELLED, OPEN, QUEUED, RUNNING


def queue_verification(
    job_id: int,
    fields: dict[str, Any],
    *,
    requested_by: str,
    now: datetime,
    schedule_id: int | None = None,
) -> Verification:
    """Queue a test of what the job has backed up; it is handed to a worker after the commit.

    `fields` are `test_type`, `scope`, `notify` and perhaps `snapshot`. Raises NotFound,
    NotVerifiable, NothingToVerify and VerificationInProgress: one of a job is open at a time.
    """
    job = get_row(BackupJob, job_id, for_change=True)
    if not subjects.is_reachable(job):
        raise NotVerifiable(details={"backup_tool": job.backup_tool, "runner": job.runner})
    wanted = fields.get("snapshot")
    if wanted is None and subjects.find_latest_success(job.id) is None:
        raise NothingToVerify()
    _refuse_second(job.id)
    verification = Verification(
        job_id=job.id,
        schedule_id=schedule_id,
        test_type=fields["test_type"],
        scope=fields["scope"],
        notify=fields["notify"],
        wanted_snapshot=wanted,
        status=QUEUED,
        created_at=now,
        handed_at=now,
        requested_by=requested_by,
        trace_id=current_trace_id(),
    )
    db.session.add(verification)
    flush_unless_taken("uq_verifications_open", VerificationInProgress())
    handover.after_commit(verification)
    return verification


def _refuse_second(job_id: int) -> None:
    open_id = db.session.scalar(
        select(Verification.id).where(Verification.job_id == job_id, Verification.status.in_(OPEN))
    )
    if open_id is not None:
        raise VerificationInProgress(details={"verification_id": open_id})


def request_cancel(verification_id: int, now: datetime) -> tuple[Verification, int]:
    """Cancel a queued verification at once (200), ask a running one to stop (202).

    Raises NotFound, and VerificationOver.
    """
    verification = get_row(Verification, verification_id)
    lock_job(verification.job_id)
    own = (verification.id, verification.tenant_id)
    if move(*own, QUEUED, status=CANCELLED, finished_at=now, cancel_requested_at=now):
        db.session.refresh(verification)
        endings.tell(verification, now)
        return verification, 200
    is_asked = move(*own, RUNNING, cancel_requested_at=now)
    db.session.refresh(verification)
    if not is_asked:
        raise VerificationOver(details={"test_status": verification.status})
    return verification, 202
