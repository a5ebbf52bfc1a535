"""The runs of this server's own hosts: the most urgent first, so many at once on each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select

from app.backups.models import Execution
from app.backups.service import runs
from app.backups.service.moves import TABLE
from app.backups.values import QUEUED, RUNNING
from app.core.db import db, hold
from app.tenants.suspension import suspended_ids

# Written into the statement, so that any planner sees that the index of the waiting holds it.
_WAITING = (TABLE.c.status == literal(QUEUED, literal_execute=True), TABLE.c.runner.is_(None))


def waiting(suspended: Sequence[int] = ()) -> Select[Any]:
    """The id of the run that is next: the most urgent, of these the oldest.

    Those of suspended tenants wait on.
    """
    waits = (*_WAITING, TABLE.c.tenant_id.not_in(suspended)) if suspended else _WAITING
    highest = select(func.max(TABLE.c.priority)).where(*waits).scalar_subquery()
    first = select(TABLE.c.id).where(*waits, TABLE.c.priority == highest)
    return first.order_by(TABLE.c.id).limit(1)


def claim_next(
    owner: str, host: str, at_most: int, now: datetime, lease_seconds: float
) -> Execution | None:
    """Take the run that is next, once; None when none waits or `at_most` run on this host.

    Backups, restores and retries alike, of all its worker processes together: they claim in
    turn, so that no two of them see the same place free. A run counts until it has ended or was
    failed as lost; its engine may be at work until then. Needs an unscoped session.
    """
    hold(f"runs of {host}")
    suspended = suspended_ids()
    while _count_running(host) < at_most:
        first = db.session.scalar(waiting(suspended))
        if first is None:
            return None
        execution = runs.claim(first, owner, now, lease_seconds, host=host)
        if execution is not None:
            return execution
        # Another host was quicker, or it was cancelled.
    return None


def _count_running(host: str) -> int:
    statement = select(func.count()).where(
        TABLE.c.status == RUNNING, TABLE.c.runner.is_(None), TABLE.c.engine_host == host
    )
    return db.session.scalar(statement) or 0
