"""Waiting for a run's end, for callers who would rather not poll."""

import time

from sqlalchemy import select

from app.backups.models import Execution
from app.backups.values import OPEN
from app.core.db import db
from app.core.models import get_row
from app.core.tenancy import as_tenant, current_tenant_id
from app.core.waiting import Waiters, waiters

RETRY_SECONDS = 5
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 1.0


def await_end(execution_id: int, seconds: float) -> Execution | None:
    """The execution once it is final, or as it stands when the time is over or the process ends.

    The caller has ended its transaction: between one short look and the next no connection is
    held. None, at once, when half of the process's threads wait already.
    """
    with waiters().place() as has_place:
        if not has_place:
            return None
        _wait(execution_id, time.monotonic() + seconds, waiters())
    return get_row(Execution, execution_id)


def _wait(execution_id: int, until: float, places: Waiters) -> None:
    """Long runs are looked at once a second, short ones are heard of sooner."""
    tenant_id = current_tenant_id()
    pause = _FIRST_PAUSE
    while _is_open(execution_id, tenant_id):
        left = until - time.monotonic()
        if left <= 0 or places.are_dismissed:
            return
        time.sleep(min(pause, left))
        pause = min(_LONGEST_PAUSE, pause * 1.5)


def _is_open(execution_id: int, tenant_id: int) -> bool:
    with as_tenant(tenant_id, read_only=True):
        status = db.session.scalar(select(Execution.status).where(Execution.id == execution_id))
    return status in OPEN
