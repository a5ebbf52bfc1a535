"""What a verification proves: which snapshot, and which run made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob, Execution
from app.backups.values import BACKUP, FAILED, MISSED, RESTIC, SUCCESS, WARNING
from app.core.db import db
from app.engines.base import SNAPSHOT_NOT_FOUND, EngineError, Snapshot
from app.storage import service as storage
from app.verification.values import NO_SNAPSHOT

_ENDED = (SUCCESS, WARNING, FAILED, MISSED)
# What lies there is seen by the host that runs the job, and perhaps by no other.
_OF_ONE_HOST = ("local", "network")


class SnapshotLost(Exception):
    """The repository does not hold any more what the latest successful run made."""

    def __init__(self, snapshot_id: str) -> None:
        super().__init__(snapshot_id)
        self.snapshot_id = snapshot_id


@dataclass(frozen=True)
class Subject:
    """A snapshot to be proven and the run that made it, where that is known."""

    snapshot: Snapshot
    execution_id: int | None
    is_latest: bool


def is_reachable(job: BackupJob) -> bool:
    """This server can open the job's repository, as far as can be told without trying."""
    if job.backup_tool != RESTIC:
        return False
    if job.runner is None:
        return True
    provider = storage.find_provider(job.storage_id) if job.storage_id else None
    return provider is not None and provider.provider_type not in _OF_ONE_HOST


def find_latest_success(job_id: int) -> Execution | None:
    """The newest backup that made a snapshot."""
    statement = _newest_first(job_id).where(
        Execution.status.in_((SUCCESS, WARNING)), Execution.snapshot_id.is_not(None)
    )
    return db.session.scalars(statement).first()


def choose(job_id: int, held: Sequence[Snapshot], wanted: str | None) -> Subject:
    """The wanted snapshot, else that of the latest successful run.

    Raises EngineError when there is none, and SnapshotLost when there should be one.
    """
    made = find_latest_success(job_id)
    name = wanted or (str(made.snapshot_id) if made else "latest")
    if name == "latest":
        found = held[0] if held else None
    else:
        found = next((snapshot for snapshot in held if snapshot.id.startswith(name)), None)
    if found is None and wanted is None and made is not None:
        raise SnapshotLost(name)
    if found is None and name == "latest":
        raise EngineError(NO_SNAPSHOT, "The repository holds no snapshot yet.")
    if found is None:
        raise EngineError(SNAPSHOT_NOT_FOUND, f"The repository holds no snapshot {name}.")
    return _subject(job_id, found)


def _subject(job_id: int, snapshot: Snapshot) -> Subject:
    maker = db.session.scalars(
        _newest_first(job_id).where(Execution.snapshot_id.in_((snapshot.id, snapshot.short_id)))
    ).first()
    newest = db.session.scalars(_newest_first(job_id).where(Execution.status.in_(_ENDED))).first()
    is_latest = maker is not None and newest is not None and maker.id == newest.id
    return Subject(snapshot, maker.id if maker else None, is_latest)


def _newest_first(job_id: int) -> Any:
    return (
        select(Execution)
        .where(Execution.job_id == job_id, Execution.kind == BACKUP)
        .order_by(Execution.execution_date.desc(), Execution.id.desc())
        .limit(1)
    )
