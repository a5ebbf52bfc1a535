"""One backup by the engine, and the retention after it."""

from typing import cast

from sqlalchemy import select

from app.backups.models import BackupJob, Execution
from app.backups.rules.readable import readable
from app.backups.service import places, repositories
from app.backups.service.endings import Ending
from app.backups.service.keeper import Keeper
from app.backups.service.patience import while_kept
from app.backups.values import BACKUP, SUCCESS, WARNING
from app.core.db import db
from app.core.tenancy import as_tenant
from app.engines.base import (
    BackupOutcome,
    BackupRequest,
    Engine,
    EngineError,
    Mode,
    Repository,
    Stopped,
)
from app.engines.locations import escape, local_path


def back_up(execution: Execution, job: BackupJob, keeper: Keeper) -> Ending:
    """Make one snapshot of the job's source; raises EngineError, Stopped, ValidationFailed."""
    restic = repositories.engine()
    repository, request = while_kept(
        keeper, lambda: _prepare(execution, job, restic=restic, keeper=keeper)
    )
    keeper.log(f"Backing up {request.source_path} ({request.mode}) to {repository.location}.")
    outcome = repositories.with_patience(
        lambda: restic.backup(repository, request, keeper), restic, repository, keeper, job.id
    )
    keeper.log(
        f"Snapshot {outcome.snapshot_id}: {outcome.files_total} files, "
        f"{outcome.bytes_total} bytes, {outcome.bytes_added} bytes added."
    )
    retention = _expire(restic, repository, job, keeper)
    return _ending(outcome, request.mode, retention, job)


def _prepare(
    execution: Execution, job: BackupJob, *, restic: Engine, keeper: Keeper
) -> tuple[Repository, BackupRequest]:
    """The repository, made when it is the job's first, and what is to be kept in it."""
    with as_tenant(job.tenant_id):
        source = places.resolve_source(job.source_path, job.tenant_id)
    repository = repositories.open_repository(job)
    repositories.make_on_first_use(restic, repository, job, keeper)
    mode, parent = _mode(execution, job, restic, repository, keeper)
    return repository, BackupRequest(
        source_path=source,
        mode=mode,
        parent_snapshot=parent,
        excludes=(*job.excludes, *_own_folders(repository)),
        tags=(f"execution-{execution.id}",),
    )


def _mode(
    execution: Execution, job: BackupJob, restic: Engine, repository: Repository, keeper: Keeper
) -> tuple[Mode, str | None]:
    """How to read the source; a differential with no full snapshot to stand on becomes one."""
    wanted = cast(Mode, execution.backup_type or job.backup_type)
    if wanted != "differential":
        return wanted, None
    with as_tenant(job.tenant_id, read_only=True):
        full = find_full_snapshot(job.id)
    held = {snapshot.id for snapshot in restic.snapshots(repository)} if full else set()
    matching = [held_id for held_id in held if full and held_id.startswith(full)]
    if matching:
        return "differential", matching[0]
    keeper.log("There is no full snapshot to compare with: this run becomes a full one.")
    return "full", None


def find_full_snapshot(job_id: int) -> str | None:
    """The snapshot of the job's latest full backup, as its run told it."""
    return db.session.scalar(
        select(Execution.snapshot_id)
        .where(
            Execution.job_id == job_id,
            Execution.kind == BACKUP,
            Execution.backup_type == "full",
            Execution.status.in_((SUCCESS, WARNING)),
            Execution.snapshot_id.is_not(None),
        )
        .order_by(Execution.execution_date.desc(), Execution.id.desc())
        .limit(1)
    )


def _own_folders(repository: Repository) -> tuple[str, ...]:
    """Never in a backup: the repository itself, and the folder that holds the keys."""
    folder = local_path(repository.location)
    own = (places.instance_folder(), *([str(folder)] if folder else []))
    return tuple(map(escape, own))


def _expire(
    restic: Engine, repository: Repository, job: BackupJob, keeper: Keeper
) -> EngineError | None:
    """Drop what is older than the retention; what goes wrong here is told, not fatal.

    The snapshot is made, so a stop during retention ends the retention and not the run.
    """
    try:
        if not repositories.is_alone(keeper, job.id):
            keeper.log("Retention left for the next run: somebody is reading the repository.")
            return None
        repositories.with_patience(
            lambda: restic.forget(repository, job.retention_days, keeper),
            restic,
            repository,
            keeper,
            job.id,
        )
    except Stopped:
        keeper.log("Retention was stopped; the next run will do it.")
    except EngineError as error:
        keeper.log(f"Retention failed: {error.code}: {error.message}")
        return error
    return None


def _ending(
    outcome: BackupOutcome, mode: str, retention: EngineError | None, job: BackupJob
) -> Ending:
    facts = {
        "backup_type": mode,
        "snapshot_id": outcome.snapshot_id,
        "storage_id": job.storage_id,
        "backup_size_bytes": outcome.bytes_total,
        "bytes_added": outcome.bytes_added,
        "files_total": outcome.files_total,
        "files_changed": outcome.files_changed,
    }
    if outcome.unreadable:
        message = f"{outcome.unreadable_count} files could not be read; the log names them."
        return Ending(WARNING, "FILES_UNREADABLE", message, facts)
    if retention is not None:
        return Ending(WARNING, "RETENTION_FAILED", readable(retention.message), facts)
    return Ending(SUCCESS, facts=facts)
