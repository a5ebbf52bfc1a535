"""What the engine holds of a job, asked live."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.backups.errors import EngineUnavailable, NotRunnable, TooManyWaiting
from app.backups.models import BackupJob, Execution
from app.backups.service import repositories
from app.core.db import db, release
from app.core.logging import get_logger
from app.core.models import get_row
from app.core.waiting import waiters
from app.engines.base import EngineError, Snapshot

log = get_logger("snapshots")
SECONDS = 30.0
_RUN_TAG = re.compile(r"execution-(\d{1,18})")


def list_snapshots(job_id: int) -> Sequence[Snapshot]:
    """The repository's snapshots, newest first; none before its first run.

    Ends the transaction before it asks: restic takes a second. Raises NotFound, NotRunnable,
    EngineUnavailable, and TooManyWaiting when half of the process's threads wait already.
    """
    job = get_row(BackupJob, job_id)
    if not job.runs_here:
        raise NotRunnable("Only what this server backs up can be listed by it.")
    if job.repository_location is None:
        return ()
    release()
    with waiters().place() as has_place:
        if not has_place:
            raise TooManyWaiting()
        try:
            found = _ask(job)
        except EngineError as error:
            raise _unavailable(error) from error
    return _sized(job_id, found)


def _ask(job: BackupJob) -> Sequence[Snapshot]:
    repository = repositories.open_repository(job)
    if job.repository_location != repository.location:
        # The job was moved to another storage, where nothing was made yet.
        return ()
    return repositories.engine().snapshots(repository, timeout_seconds=SECONDS)


def _sized(job_id: int, snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """With size and files from the runs that made them: restic before 0.17 keeps neither."""
    makers = {snapshot.id: _maker(snapshot) for snapshot in snapshots}
    wanted = [maker for maker in makers.values() if maker is not None]
    if not wanted:
        return snapshots
    statement = select(
        Execution.id, Execution.backup_size_bytes, Execution.files_total, Execution.snapshot_id
    ).where(Execution.job_id == job_id, Execution.id.in_(wanted))
    runs = {row.id: row for row in db.session.execute(statement)}
    return [_with_run(snapshot, runs.get(makers[snapshot.id])) for snapshot in snapshots]


def _maker(snapshot: Snapshot) -> int | None:
    """The id in the tag of the execution that made a snapshot of unknown size."""
    if snapshot.size_bytes is not None:
        return None
    matches = (_RUN_TAG.fullmatch(tag) for tag in snapshot.tags)
    return next((int(match[1]) for match in matches if match), None)


def _with_run(snapshot: Snapshot, run: Any) -> Snapshot:
    """A tag may be anybody's, so the run must name the snapshot too."""
    if run is None or not run.snapshot_id or not snapshot.id.startswith(run.snapshot_id):
        return snapshot
    return dataclasses.replace(
        snapshot, size_bytes=run.backup_size_bytes, files_total=run.files_total
    )


def _unavailable(error: EngineError) -> EngineUnavailable:
    """Its code, but not its words: they name folders of this server."""
    log.warning("snapshots_unavailable", error_code=error.code, reason=error.message)
    return EngineUnavailable(details={"error_code": error.code})
