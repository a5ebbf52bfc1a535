"""Doing what an execution asks for: claimed, kept alive, worked, and settled whatever happens."""

import threading
from functools import partial

from app.backups.models import BackupJob, Execution
from app.backups.rules.readable import readable
from app.backups.service import endings, local_runs, runs
from app.backups.service.backing_up import back_up
from app.backups.service.endings import CRASHED, OVER_TIME, STOPPED, Ending
from app.backups.service.keeper import Keeper
from app.backups.service.ledgers import ExecutionLedger
from app.backups.service.restoring import restore
from app.backups.service.settling import settle_surely
from app.backups.values import BACKUP, FAILED
from app.core import clock
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.logging import bind, clear, get_logger
from app.core.settings import settings
from app.core.tenancy import as_tenant, unscoped
from app.engines.base import EngineError, Stopped

log = get_logger("running")
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
    ledger = ExecutionLedger(execution)
    with Keeper(ledger, stopping, _longest_seconds(job)) as keeper:
        ending = _work(execution, job, keeper)
    if ending is None:
        _give_back(keeper, ledger)
    else:
        settle_surely(partial(_keep, keeper, ledger), ending, stopping)
    clear()


def _longest_seconds(job: BackupJob) -> float | None:
    return None if job.max_runtime_minutes is None else job.max_runtime_minutes * 60.0


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


def _give_back(keeper: Keeper, ledger: ExecutionLedger) -> None:
    if keeper.reason != "stopping":
        return
    keeper.log("The worker is stopping; the run goes back into the queue.")
    with as_tenant(keeper.tenant_id):
        keeper.write_log()
        endings.give_back(ledger.id, ledger.owner, clock.utcnow())
    log.info("execution_given_back")


def _keep(keeper: Keeper, ledger: ExecutionLedger, ending: Ending, is_whole: bool) -> None:
    with as_tenant(keeper.tenant_id):
        if is_whole:
            keeper.write_log()
        kept = endings.settle(ledger.id, ledger.owner, ending, clock.utcnow())
    if kept:
        log.info("execution_ended", status=ending.status, error_code=ending.error_code)
    else:
        log.warning("execution_lost", status=ending.status)
