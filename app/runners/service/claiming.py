"""Claims: a runner asks for the run that it is to do next, and is given each run once."""

from datetime import datetime
from typing import Any

from app.backups.models import BackupJob, Execution
from app.backups.service import endings, remote_runs
from app.backups.service.endings import Ending
from app.backups.values import FAILED
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.logging import get_logger
from app.engines.base import EngineError
from app.runners.models import RunClaim
from app.runners.service.callers import Host, get_host, note_call
from app.runners.service.work import Work, describe
from app.runners.values import LEASE_SECONDS

log = get_logger("claiming")


def claim(actor: Actor, told: dict[str, Any], now: datetime) -> Work | None:
    """The oldest of the most urgent runs of the caller's host, now its own; None without one.

    Raises NotARunner.
    """
    host = get_host(actor)
    note_call(host, told, now)
    return take(host, now)


def take(host: Host, now: datetime) -> Work | None:
    """The next run that can be done: what cannot even be described has failed by that."""
    while True:
        execution = remote_runs.claim_next(
            host.tenant_id, host.name, host.owner, now, LEASE_SECONDS
        )
        if execution is None:
            return None
        work = _describe(execution, host, now)
        if work is not None:
            log.info("execution_claimed", execution_id=execution.id, runner=host.name)
            return work


def _describe(execution: Execution, host: Host, now: datetime) -> Work | None:
    job = db.session.get_one(BackupJob, execution.job_id)
    try:
        work = describe(execution, job)
    except EngineError as error:
        failed = Ending(FAILED, error.code, error.message)
    except ValidationFailed as error:
        told = "; ".join(f"{name}: {what[0]}" for name, what in error.details.items())
        failed = Ending(FAILED, "NOT_ALLOWED", told)
    else:
        location = work.repository.location if work.repository else None
        db.session.add(RunClaim(execution_id=execution.id, repository_location=location))
        db.session.flush()
        return work
    endings.settle(execution.id, host.owner, failed, now)
    return None
