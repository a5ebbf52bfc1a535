"""Carrying a verification out: what is looked at, by which test, and what that means."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.backups.models import BackupJob
from app.backups.service import repositories
from app.backups.service.keeper import Keeper
from app.core import clock
from app.core.tenancy import as_tenant
from app.engines.base import (
    REPOSITORY_DAMAGED,
    REPOSITORY_NOT_FOUND,
    WRONG_PASSWORD,
    Damage,
    EngineError,
    Repository,
)
from app.engines.restic_inspection import ResticInspector
from app.verification.models import Verification
from app.verification.rules.reasons import explain
from app.verification.service import scratch, subjects
from app.verification.service.bench import Bench, Findings
from app.verification.service.checking import check_data, check_structure
from app.verification.service.endings import Ending
from app.verification.service.reading import read_files
from app.verification.service.restoring import restore_files
from app.verification.service.subjects import SnapshotLost, Subject
from app.verification.values import (
    BAD,
    CHECKSUM,
    COMPLETED,
    INTEGRITY,
    NO_SNAPSHOT,
    PASSED,
    READ,
    RESTORE,
)

SNAPSHOT_LOST = "SNAPSHOT_LOST"
_TESTS: dict[str, Callable[[Bench], Findings]] = {
    INTEGRITY: check_structure,
    CHECKSUM: check_data,
    READ: read_files,
    RESTORE: restore_files,
}
# The storage answered, and what it holds cannot be restored: that is a result.
_LOSSES = {
    REPOSITORY_DAMAGED: "The repository is damaged.",
    REPOSITORY_NOT_FOUND: "The storage does not hold the repository any more.",
    WRONG_PASSWORD: "The repository does not open with the password that is kept for it.",
}


def prove(verification: Verification, job: BackupJob, keeper: Keeper) -> Ending:
    """Do the test; an ending that is `completed` says that it was carried out.

    Raises EngineError when it could not be, Stopped, and ValidationFailed.
    """
    scratch.sweep(clock.utcnow())
    repository = _open(job)
    with scratch.folder_of(verification) as folder:
        try:
            return _prove(verification, job, keeper, repository, folder)
        except SnapshotLost as lost:
            message = f"The repository does not hold {lost.snapshot_id}, of the latest run."
            return _lost(SNAPSHOT_LOST, message, message)
        except EngineError as error:
            if error.code not in _LOSSES:
                raise
            # Away in the midst of it looks the same; this raises when it is.
            _open(job)
            hidden = (repository.location, str(folder))
            return _lost(error.code, _LOSSES[error.code], explain(error.message, hidden))


def _open(job: BackupJob) -> Repository:
    repository = repositories.open_repository(job)
    if job.runs_here and job.repository_location != repository.location:
        raise EngineError(NO_SNAPSHOT, "Nothing was backed up yet to where the job is now.")
    return repository


def _prove(
    verification: Verification, job: BackupJob, keeper: Keeper, repository: Repository, folder: Path
) -> Ending:
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    restic = ResticInspector(str(cache))
    held = repositories.with_patience(
        lambda: restic.held_snapshots(repository, keeper), restic, repository, keeper, job.id
    )
    with as_tenant(job.tenant_id, read_only=True):
        subject = subjects.choose(job.id, held, verification.wanted_snapshot)
    bench = Bench(
        *(restic, repository, job, keeper, folder), subject.snapshot.id, verification.scope
    )
    found = _TESTS[verification.test_type](bench)
    if found.failures_total:
        _open(job)
    return _ending(found, subject)


def _ending(found: Findings, subject: Subject) -> Ending:
    facts: dict[str, Any] = {
        "result": BAD if found.failures_total else PASSED,
        "snapshot_id": subject.snapshot.id,
        "snapshot_at": subject.snapshot.time,
        "execution_id": subject.execution_id,
        "is_latest": subject.is_latest,
        "counted": found.counted,
        "total_files": found.passed + found.failed,
        "passed_files": found.passed,
        "failed_files": found.failed,
        "failures_total": found.failures_total,
        "bytes_checked": found.bytes_checked,
        "restore_seconds": found.restore_seconds,
    }
    if not found.failures_total:
        return Ending(COMPLETED, facts=facts)
    message = f"{_count(found)}; the first: {found.damages[0].path}: {found.damages[0].reason}"
    if found.unread:
        message += f" {found.unread} files after a break were not looked at."
    return Ending(COMPLETED, REPOSITORY_DAMAGED, message, facts, damages=found.damages)


def _count(found: Findings) -> str:
    total = found.passed + found.failed
    return f"{found.failed} of {total} {found.counted} failed"


def _lost(code: str, message: str, reason: str) -> Ending:
    facts = {"result": BAD, "failures_total": 1}
    return Ending(COMPLETED, code, message, facts, damages=(Damage("repository", reason),))
