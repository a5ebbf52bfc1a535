"""Claims: a runner asks for the run that it is to do next, and is given each run once."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import lazyload

from app.backups.models import BackupJob, Execution
from app.backups.service import endings, remote_runs
from app.backups.service.endings import Ending
from app.backups.values import FAILED
from app.core import clock
from app.core.db import db, release
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.logging import get_logger
from app.core.noticeboard import Noticeboard
from app.core.prepared import Prepared
from app.core.waiting import waiters
from app.engines.base import EngineError
from app.runners.models import RunClaim
from app.runners.service import work
from app.runners.service.callers import Host, get_host, note_call
from app.runners.service.waiting import Waiting, topic_of
from app.runners.service.work import Work
from app.tenants.monitoring import recent_monitoring_of

log = get_logger("claiming")
_CLAIMS: Any = RunClaim.__table__
_KEEP = Prepared(insert(_CLAIMS).inline(), _CLAIMS)
RETRY_SECONDS = 5


class Claim(NamedTuple):
    """What a runner was given: a run, or nothing and perhaps how long to leave us alone."""

    work: Work | None = None
    retry_seconds: int | None = None


def claim(
    actor: Actor,
    told: dict[str, Any],
    wait_seconds: float,
    board: Noticeboard[Waiting],
    confirm: Callable[[], Any],
) -> Claim:
    """The oldest of the most urgent runs of the caller's host, now its own.

    Without one it waits for one, holding no connection; at once nothing is given when half of the
    process's threads wait already. `confirm` raises for a caller whose rights have ended
    meanwhile. Raises NotARunner.
    """
    host = get_host(actor)
    note_call(host, told, clock.utcnow())
    found = take(host, clock.utcnow())
    if found is not None or wait_seconds <= 0:
        return Claim(found)
    release()
    with waiters().place() as has_place:
        if not has_place:
            return Claim(retry_seconds=RETRY_SECONDS)
        return _await(host, time.monotonic() + wait_seconds, board, confirm)


def _await(
    host: Host, until: float, board: Noticeboard[Waiting], confirm: Callable[[], Any]
) -> Claim:
    with board.waiting(topic_of(host)) as notice:
        while notice.wait(until):
            if waiters().are_dismissed:
                return Claim(retry_seconds=RETRY_SECONDS)
            confirm()
            found = take(host, clock.utcnow())
            if found is not None:
                return Claim(found)
            # Another caller of the same host was quicker.
            release()
    return Claim()


def take(host: Host, now: datetime) -> Work | None:
    """The next run that can be done: what cannot even be described has failed by that."""
    lease_seconds = recent_monitoring_of(host.tenant_id).runner_timeout_seconds
    while True:
        execution = remote_runs.claim_next(
            host.tenant_id, host.name, host.owner, now, lease_seconds
        )
        if execution is None:
            return None
        found = _describe(execution, host, now, lease_seconds)
        if found is not None:
            log.info("execution_claimed", execution_id=execution.id, runner=host.name)
            return found


def _describe(execution: Execution, host: Host, now: datetime, lease_seconds: int) -> Work | None:
    job = db.session.get_one(BackupJob, execution.job_id, options=[lazyload(BackupJob.tag_rows)])
    try:
        found = work.describe(execution, job, lease_seconds)
    except EngineError as error:
        failed = Ending(FAILED, error.code, error.message)
    except ValidationFailed as error:
        told = "; ".join(f"{name}: {what[0]}" for name, what in error.details.items())
        failed = Ending(FAILED, "NOT_ALLOWED", told)
    else:
        location = found.repository.name if found.repository else None
        _KEEP.later(execution.tenant_id, execution_id=execution.id, repository_location=location)
        return found
    endings.settle(execution.id, host.owner, failed, now)
    return None
