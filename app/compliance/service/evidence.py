"""What is known of jobs, read for many of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.backups.models import BackupCopy, BackupJob, Execution
from app.backups.values import BACKUP, FAILED, MEDIUM_OF_PROVIDER, MISSED, RESTIC, SUCCESS, WARNING
from app.compliance.rules import Copy, Evidence, Run, Verification
from app.core.db import db
from app.core.models import live
from app.storage.models import StorageProvider
from app.verification import models as verifications
from app.verification.values import COMPLETED, PASSED
from app.verification.values import FAILED as NOT_CARRIED_OUT

_OF_ONE_HOST = (None, "local", "network")
# What tells how a job does; a run that somebody cancelled tells nothing.
_TELLING = (SUCCESS, WARNING, FAILED, MISSED)
_ENDED = (COMPLETED, NOT_CARRIED_OUT)


def evidence_of(job_ids: Collection[int]) -> dict[int, Evidence]:
    """The evidence of each of the tenant's jobs that is not deleted, in a handful of queries."""
    jobs = db.session.execute(
        select(BackupJob.id, BackupJob.backup_tool, BackupJob.runner, StorageProvider.provider_type)
        .outerjoin(StorageProvider, StorageProvider.id == BackupJob.storage_id)
        .where(BackupJob.id.in_(job_ids), live(BackupJob))
    ).all()
    copies, runs, verifications = _copies(job_ids), _runs(job_ids), _verifications(job_ids)
    return {
        job_id: Evidence(
            copies=tuple(copies[job_id]),
            run=runs.get(job_id),
            verification=verifications.get(job_id),
            is_verifiable=_is_verifiable(tool, runner, kind),
        )
        for job_id, tool, runner, kind in jobs
    }


def _copies(job_ids: Collection[int]) -> Mapping[int, list[Copy]]:
    provider = StorageProvider
    rows = db.session.execute(
        select(
            BackupCopy,
            provider.id,
            provider.provider_type,
            provider.location_type,
            provider.is_immutable,
            provider.immutability_proven,
        )
        .outerjoin(provider, provider.id == BackupCopy.storage_id)
        .where(BackupCopy.job_id.in_(job_ids))
        .order_by(BackupCopy.is_system.desc(), BackupCopy.id)
    )
    found: dict[int, list[Copy]] = defaultdict(list)
    for copy, provider_id, kind, place, is_claimed, is_proven in rows:
        # The system's copy lies where its provider lies now; of the others people tell it.
        follows = copy.is_system and provider_id is not None
        found[copy.job_id].append(
            Copy(
                name=copy.name,
                location_type=place if follows else copy.location_type,
                media_type=MEDIUM_OF_PROVIDER[kind] if follows else copy.media_type,
                status=copy.status,
                last_backup_at=copy.last_backup_at,
                is_immutable=_proof(bool(copy.is_immutable or is_claimed), is_proven),
                max_age_hours=copy.max_age_hours,
                is_system=copy.is_system,
            )
        )
    return found


def _is_verifiable(tool: str, runner: str | None, provider_type: str | None) -> bool:
    """This server can open the repository; a runner's own disks and shares it does not see."""
    return tool == RESTIC and (runner is None or provider_type not in _OF_ONE_HOST)


def _proof(is_claimed: bool, is_proven: bool | None) -> bool | None:
    """What a deletion that was tried has shown; a mere claim is not known to hold."""
    if is_proven is not None:
        return is_proven
    return None if is_claimed else False


def _runs(job_ids: Collection[int]) -> dict[int, Run]:
    other = aliased(Execution)
    latest = (
        select(other.id)
        .where(other.job_id == BackupJob.id, other.kind == BACKUP, other.status.in_(_TELLING))
        .order_by(other.execution_date.desc(), other.id.desc())
        .limit(1)
        .correlate(BackupJob)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            BackupJob.id,
            Execution.status,
            Execution.finished_at,
            Execution.execution_date,
            Execution.error_code,
            Execution.snapshot_id,
        )
        .join(Execution, Execution.id == latest)
        .where(BackupJob.id.in_(job_ids))
    )
    return {
        job_id: Run(status, finished_at or began_at, error_code, snapshot_id)
        for job_id, status, finished_at, began_at, error_code, snapshot_id in rows
    }


def _verifications(job_ids: Collection[int]) -> dict[int, Verification]:
    """The latest verification of each job that has ended; one that was cancelled tells nothing.

    One that could not be carried out has no result: nothing was proven.
    """
    other = aliased(verifications.Verification)
    latest = (
        select(other.id)
        .where(other.job_id == BackupJob.id, other.status.in_(_ENDED))
        .order_by(other.finished_at.desc(), other.id.desc())
        .limit(1)
        .correlate(BackupJob)
        .scalar_subquery()
    )
    found = verifications.Verification
    rows = db.session.execute(
        select(BackupJob.id, found.result, found.finished_at, found.snapshot_id)
        .join(found, found.id == latest)
        .where(BackupJob.id.in_(job_ids))
    )
    return {
        job_id: Verification(result == PASSED, at, snapshot_id)
        for job_id, result, at, snapshot_id in rows
        if at is not None
    }
