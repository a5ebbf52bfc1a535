"""The sweep: hands over verifications that wait, fails those that lost their worker."""

import socket
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update

from app.core.db import after_commit, db
from app.core.logging import get_logger
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, unscoped
from app.engines.processes import stop_orphan
from app.tenants.suspension import is_active
from app.verification.models import Verification
from app.verification.service import endings, handover
from app.verification.service.moves import TABLE
from app.verification.values import QUEUED, RUNNING

log = get_logger("sweeper")
_BATCH = 500


def hand_over(now: datetime, pending: int | None, sweep_seconds: float) -> int:
    """Send messages again for queued rows, once the queue, which executions share, is empty.

    `pending` is the number of waiting messages, None when the queue is away. Gives how many
    were sent.
    """
    if pending is None or pending > 0:
        return 0
    stale = now - timedelta(seconds=sweep_seconds)
    is_due = (
        TABLE.c.status == QUEUED,
        is_active(TABLE.c.tenant_id),
        func.coalesce(TABLE.c.handed_at, TABLE.c.created_at) <= stale,
    )
    with unscoped():
        first = select(TABLE.c.id).where(*is_due).order_by(TABLE.c.id).limit(_BATCH)
        # Named twice, so that of two sweepers at once only one finds the row still due.
        handed = db.session.scalars(
            update(TABLE)
            .where(TABLE.c.id.in_(first), *is_due)
            .values(handed_at=now)
            .returning(TABLE.c.id)
        ).all()
        for verification_id in sorted(handed):
            after_commit(partial(handover.enqueue, verification_id))
    return len(handed)


def fail_lost(now: datetime) -> int:
    """Fail what no worker keeps any more, and end the engine that it left on this host."""
    with unscoped(read_only=True):
        lost = db.session.scalars(
            select(Verification)
            .where(Verification.status == RUNNING, Verification.lease_until < now)
            .order_by(Verification.lease_until)
            .limit(_BATCH)
        ).all()
    return sweep("fail_lost_verifications", lost, partial(_fail_one, now))


def _fail_one(now: datetime, verification: Verification) -> bool:
    if verification.engine_host == socket.gethostname() and verification.engine_pid:
        stop_orphan(verification.engine_pid, verification.engine_started_at or 0.0)
    with as_tenant(verification.tenant_id):
        kept = db.session.get_one(Verification, verification.id)
        failed = endings.fail_lost(kept, now)
    if failed:
        log.warning("verification_lost", verification_id=verification.id)
    return failed
