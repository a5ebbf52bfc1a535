"""Forgetting events that are older than their tenant keeps them."""

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, tuple_

from app.core.db import db
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.events.models import Event, EventFollower
from app.tenants.models import Tenant
from app.tenants.monitoring import Monitoring

_EVENTS: Any = Event.__table__
_FOLLOWERS: Any = EventFollower.__table__
_TENANTS: Any = Tenant.__table__
_DEFAULT = Monitoring().event_retention_days
BATCH = 1_000
# So long may it hold the other steps up; what is left waits for the next time.
BUDGET_SECONDS = 2.0


def remove_old_events(now: datetime) -> int:
    """Remove them tenant by tenant and batch by batch, each in a transaction of its own.

    One that a follower has not read yet stays until it has: nothing is lost to it. Gives how
    many were removed.
    """
    give_up = time.monotonic() + BUDGET_SECONDS
    with unscoped(read_only=True):
        kept = db.session.execute(select(_TENANTS.c.id, _TENANTS.c.event_retention_days)).all()
    removed = 0
    for tenant_id, days in kept:
        before = now - timedelta(days=days or _DEFAULT)
        batch = BATCH
        while batch == BATCH and time.monotonic() < give_up:
            with as_tenant(tenant_id):
                batch = _remove(tenant_id, before)
            removed += batch
    return removed


def _remove(tenant_id: int, before: datetime) -> int:
    # One statement: what is read is judged as the followers stand while it is removed.
    oldest = (
        select(_EVENTS.c.id)
        .where(_EVENTS.c.tenant_id == tenant_id, _EVENTS.c.occurred_at < before, _is_read())
        .order_by(_EVENTS.c.occurred_at, _EVENTS.c.id)
        .limit(BATCH)
    )
    statement = delete(_EVENTS).where(_EVENTS.c.id.in_(oldest))
    return int(execute_named(statement, tenant_id=tenant_id, table=_EVENTS).rowcount)


def _is_read() -> Any:
    position = tuple_(_FOLLOWERS.c.read_xid, _FOLLOWERS.c.read_id)
    return ~exists().where(position < tuple_(_EVENTS.c.xid, _EVENTS.c.id))
