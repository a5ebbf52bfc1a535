"""The sweep: hands over what is queued and not taken, fails what lost its lease."""

import socket
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from app.backups.models import Execution
from app.backups.service import endings, handover
from app.backups.values import QUEUED, RUNNING
from app.core.db import after_commit, db
from app.core.logging import get_logger
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, unscoped
from app.engines.processes import stop_orphan
from app.tenants.suspension import is_active

log = get_logger("sweeper")
_TABLE: Any = Execution.__table__
_MOST_URGENT = (_TABLE.c.priority.desc(), _TABLE.c.id)
_BATCH = 500


def hand_over(now: datetime, pending: int | None, sweep_seconds: float) -> int:
    """Send messages again for queued rows, unless the queue still holds one for each.

    `pending` is the number of waiting messages, None when the queue is away. Gives how many
    were sent.
    """
    if pending is None:
        return 0
    waiting = (
        _TABLE.c.status == QUEUED,
        _TABLE.c.runner.is_(None),
        is_active(_TABLE.c.tenant_id),
    )
    with unscoped():
        queued = db.session.scalar(select(func.count()).select_from(_TABLE).where(*waiting)) or 0
        if pending >= queued:
            return 0
        stale = now - timedelta(seconds=sweep_seconds)
        is_due = (*waiting, func.coalesce(_TABLE.c.handed_at, _TABLE.c.created_at) <= stale)
        first = select(_TABLE.c.id).where(*is_due).order_by(*_MOST_URGENT).limit(_BATCH)
        # Named twice, so that of two sweepers at once only one finds the row still due.
        handed = db.session.execute(
            update(_TABLE)
            .where(_TABLE.c.id.in_(first), *is_due)
            .values(handed_at=now)
            .returning(_TABLE.c.id, _TABLE.c.priority)
        ).all()
        ids = [row.id for row in sorted(handed, key=lambda row: (-row.priority, row.id))]
        for execution_id in ids:
            after_commit(partial(handover.enqueue, execution_id))
    return len(ids)


def fail_lost(now: datetime) -> int:
    """Fail what this server's workers no longer keep; gives how many.

    The engine that a killed worker left behind on this host is ended first, so that nothing
    writes to a repository which the next run will use.
    """
    with unscoped(read_only=True):
        lost = db.session.scalars(
            select(Execution)
            .where(
                Execution.status == RUNNING,
                Execution.runner.is_(None),
                Execution.lease_until < now,
            )
            .order_by(Execution.lease_until)
            .limit(_BATCH)
        ).all()
    return sweep("fail_lost", lost, partial(_fail_one, now))


def _fail_one(now: datetime, execution: Execution) -> bool:
    if execution.engine_host == socket.gethostname() and execution.engine_pid:
        stop_orphan(execution.engine_pid, execution.engine_started_at or 0.0)
    with as_tenant(execution.tenant_id):
        kept = db.session.get_one(Execution, execution.id)
        failed = endings.fail_lost(kept, now)
    if failed:
        log.warning("execution_lost", execution_id=execution.id, owner=execution.lease_owner)
    return failed
