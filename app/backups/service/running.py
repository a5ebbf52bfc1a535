"""Doing what an execution asks for: claimed, kept alive, worked, and settled whatever happens."""

import threading
import time

from app.backups.models import BackupJob, Execution
from app.backups.rules.readable import readable
from app.backups.service import endings, local_runs, runs
from app.backups.service.backing_up import back_up
from app.backups.service.endings import CRASHED, OVER_TIME, STOPPED, Ending
from app.backups.service.keeper import Keeper
from app.backups.service.restoring import restore
from app.backups.values import BACKUP, FAILED
from app.core import clock
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.logging import bind, clear, get_logger
from app.core.settings import settings
from app.core.tenancy import as_tenant, unscoped
from app.engines.base import EngineError, Stopped

log = get_logger("running")
SETTLE_STEP_SECONDS = 2.0
_STOPPED_ENDINGS = {
    "cancelled": STOPPED,
    "timed_out": OVER_TIME,
}


def run_next(host: str, owner: str, stopping: threading.Event) -> bool:
    """Carry out the most urgent run that waits; False when none does, or this host is full."""
    if stopping.is_set():
        return False
    given = settings()
    with unscoped():
        execution = local_runs.claim_next(
            owner, host, given["MAX_CONCURRENT_RUNS"], clock.utcnow(), given["LEASE_SECONDS"]
        )
        if execution is None:
            return False
        job = db.session.get_one(BackupJob, execution.job_id)
    _carry_out(execution, job, stopping)
    return True


def run_execution(execution_id: int, owner: str, stopping: threading.Event) -> None:
    """Carry out this one queued execution, however urgent others are."""
    if stopping.is_set():
        return
    with unscoped():
        lease = float(settings()["LEASE_SECONDS"])
        execution = runs.claim(execution_id, owner, clock.utcnow(), lease)
        if execution is None:
            return
        job = db.session.get_one(BackupJob, execution.job_id)
    _carry_out(execution, job, stopping)


def _carry_out(execution: Execution, job: BackupJob, stopping: threading.Event) -> None:
    clear()
    bind(trace_id=execution.trace_id, execution_id=execution.id)
    log.info("execution_started", kind=execution.kind, job_id=job.id)
    with Keeper(execution, job, stopping) as keeper:
        ending = _work(execution, job, keeper)
    if ending is None:
        _give_back(keeper)
    else:
        _settle(keeper, ending, stopping)
    clear()


def _work(execution: Execution, job: BackupJob, keeper: Keeper) -> Ending | None:
    """How it ended; None when it did not, and is to be given back."""
    work = back_up if execution.kind == BACKUP else restore
    try:
        return work(execution, job, keeper)
    except Stopped:
        return _STOPPED_ENDINGS.get(keeper.reason or "")
    except EngineError as error:
        keeper.log(f"{error.code}: {error.message}")
        return Ending(FAILED, error.code, readable(error.message))
    except ValidationFailed as error:
        told = "; ".join(f"{name}: {what[0]}" for name, what in error.details.items())
        keeper.log(f"Refused: {told}")
        return Ending(FAILED, "NOT_ALLOWED", told)
    except Exception as error:  # A bug must end this run at once, not when its lease runs out.
        log.error("execution_crashed", exc_info=error)
        return CRASHED


def _give_back(keeper: Keeper) -> None:
    if keeper.reason != "stopping":
        return
    keeper.log("The worker is stopping; the run goes back into the queue.")
    with as_tenant(keeper.tenant_id):
        keeper.write_log()
        endings.give_back(keeper.execution_id, keeper.owner, clock.utcnow())
    log.info("execution_given_back")


def _settle(keeper: Keeper, ending: Ending, stopping: threading.Event) -> None:
    """Keep how it ended, also when the database is away for a while.

    Gives up when this worker stops: the lease runs out then, and the sweeper settles it.
    """
    is_whole = True
    while True:
        try:
            _keep(keeper, ending, with_log=is_whole)
            return
        except Exception as error:
            log.error("settle_failed", exc_info=error)
            is_away = endings.is_away(error)
            if stopping.is_set() or not (is_away or is_whole):
                return
            if is_away:
                time.sleep(SETTLE_STEP_SECONDS)
            else:
                # Something of how it ended cannot be kept; that it is over can be.
                ending, is_whole = CRASHED, False


def _keep(keeper: Keeper, ending: Ending, *, with_log: bool) -> None:
    with as_tenant(keeper.tenant_id):
        if with_log:
            keeper.write_log()
        kept = endings.settle(keeper.execution_id, keeper.owner, ending, clock.utcnow())
    if kept:
        log.info("execution_ended", status=ending.status, error_code=ending.error_code)
    else:
        log.warning("execution_lost", status=ending.status)
