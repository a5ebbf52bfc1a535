"""A job's restic repository: where it lies, how it is opened, and who may lock it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select, update

from app.backups.models import BackupJob, Execution
from app.backups.service.keeper import Keeper
from app.backups.service.ledgers import Ledger
from app.backups.service.opening import describe_repository, open_repository
from app.backups.service.patience import while_kept
from app.backups.values import RUNNING
from app.core import clock
from app.core.db import db
from app.core.ports import Port
from app.core.settings import settings
from app.core.tenancy import as_tenant, execute_named
from app.engines.base import (
    REPOSITORY_LOCKED,
    STORAGE_UNSUPPORTED,
    Engine,
    EngineError,
    Repository,
    Stopped,
)
from app.engines.restic import Restic

__all__ = ["STORAGE_UNSUPPORTED", "describe_repository", "open_repository"]

LOCK_WAIT_SECONDS = 600
LOCK_STEP_SECONDS = 2.0
_JOBS: Any = BackupJob.__table__
T = TypeVar("T")

# Of a job, those who read its repository at a moment without being executions, but for one.
count_readers: Port[[int, int | None, datetime], int] = Port("backups.count_readers")


def engine() -> Engine:
    return Restic(settings()["RESTIC_CACHE_PATH"])


def make_on_first_use(
    restic: Engine, repository: Repository, job: BackupJob, keeper: Keeper
) -> None:
    """Create the repository once. A job that has one there never gets another silently."""
    if job.repository_location == repository.location:
        return
    restic.ensure_repository(repository, keeper)
    with as_tenant(job.tenant_id):
        keep_location(job.id, job.tenant_id, repository.location)


def keep_location(job_id: int, tenant_id: int, location: str) -> None:
    """Remember where the job's repository was made."""
    # Below the ORM, which would raise the version that people's If-Match stands on.
    execute_named(
        update(_JOBS).where(_JOBS.c.id == job_id).values(repository_location=location),
        tenant_id=tenant_id,
        table=_JOBS,
    )


def with_patience(
    call: Callable[[], T], restic: Engine, repository: Repository, keeper: Keeper, job_id: int
) -> T:
    """Do it; on a lock, wait for the living and remove the locks of the dead.

    A lock is dead when nothing else of the job holds a live lease: its process was killed,
    and nobody else may work on this repository.
    """
    give_up = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            return call()
        except EngineError as error:
            if error.code != REPOSITORY_LOCKED or time.monotonic() > give_up:
                raise
        if is_alone(keeper, job_id):
            keeper.log("Removing a lock that a killed process left behind.")
            restic.unlock(repository, keeper, remove_all=True)
        if keeper.should_stop():
            raise Stopped
        time.sleep(LOCK_STEP_SECONDS)


def is_alone(keeper: Keeper, job_id: int) -> bool:
    """No other execution of this job is alive, and nobody else reads its repository.

    Raises Stopped when the database is away until the run is lost, or is to stop.
    """
    return while_kept(keeper, lambda: _is_alone(keeper.ledger, job_id))


def _is_alone(own: Ledger, job_id: int) -> bool:
    now = clock.utcnow()
    with as_tenant(own.tenant_id, read_only=True):
        return not (
            count_alive(job_id, own.execution_id, now) or count_readers(job_id, own.reader_id, now)
        )


def count_alive(job_id: int, but: int | None, now: datetime) -> int:
    """The running executions of a job whose workers live, but for one."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Execution.job_id == job_id,
                Execution.id != but,
                Execution.status == RUNNING,
                Execution.lease_until >= now,
            )
        )
        or 0
    )
