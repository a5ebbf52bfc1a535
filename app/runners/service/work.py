"""What a runner is told to do: the run, its job, and the way to the repository."""

from dataclasses import dataclass
from typing import Any

from app.backups.models import BackupJob, Execution
from app.backups.service import repositories
from app.backups.service.backing_up import find_full_snapshot
from app.backups.values import BACKUP, RESTIC, RESTORE
from app.engines.base import EngineError, Repository
from app.runners.values import HEARTBEAT_SECONDS
from app.storage import service as storage

DIFFERENTIAL = "differential"
# Their connection string is a path, which every host reads in its own way.
_PATHS = ("local", "network")


@dataclass(frozen=True)
class Way:
    """How to open the repository; `may_create` is false for one that was there before.

    `location` may hold a password, as restic takes it for a REST server; `name` is without.
    """

    name: str
    location: str
    password: str
    environment: dict[str, str]
    may_create: bool


@dataclass(frozen=True)
class Work:
    """One claimed run, as its runner is told of it."""

    execution: Execution
    job: BackupJob
    backup_type: str | None
    parent_snapshot: str | None
    repository: Way | None
    restore: dict[str, Any] | None
    lease_seconds: int
    heartbeat_seconds: int = HEARTBEAT_SECONDS


def describe(execution: Execution, job: BackupJob, lease_seconds: int) -> Work:
    """Raises EngineError and ValidationFailed for storage that the run cannot be given."""
    backup_type, parent = _mode(execution, job)
    return Work(
        execution=execution,
        job=job,
        backup_type=backup_type,
        parent_snapshot=parent,
        repository=_way(job) if job.backup_tool == RESTIC else None,
        restore=_restore(execution) if execution.kind == RESTORE else None,
        lease_seconds=lease_seconds,
    )


def _mode(execution: Execution, job: BackupJob) -> tuple[str | None, str | None]:
    """How to read the source; a differential with no full snapshot to stand on becomes one."""
    if execution.kind != BACKUP:
        return None, None
    wanted = execution.backup_type or job.backup_type
    if wanted != DIFFERENTIAL or job.backup_tool != RESTIC:
        return wanted, None
    full = find_full_snapshot(job.id)
    return (DIFFERENTIAL, full) if full else ("full", None)


def _way(job: BackupJob) -> Way:
    repository = _repository(job)
    environment = dict(repository.environment)
    return Way(
        name=repository.location,
        location=environment.pop("RESTIC_REPOSITORY", repository.location),
        password=repository.password,
        environment=environment,
        may_create=job.repository_location != repository.location,
    )


def _repository(job: BackupJob) -> Repository:
    """As this server would open it; a path is the runner's own, on a disk or mount of its host."""
    provider = storage.find_provider(job.storage_id) if job.storage_id else None
    if provider is None:
        raise EngineError(repositories.STORAGE_UNSUPPORTED, "The job has no storage.")
    if provider.provider_type not in _PATHS:
        return repositories.describe_repository(job)
    folder = provider.connection_string
    between = "/" if folder.startswith("/") else "\\"
    parts = (folder.rstrip("/\\"), str(job.tenant_id), str(job.id))
    return Repository(between.join(parts), job.repository_password or "")


def _restore(execution: Execution) -> dict[str, Any]:
    return {
        "snapshot": execution.restore_snapshot or "latest",
        "include": execution.restore_include or [],
        "target": execution.restore_target,
        "overwrite": execution.restore_overwrite,
    }
