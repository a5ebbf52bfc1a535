"""The order of the event log, and up to where nothing can appear in it any more.

PostgreSQL hands ids out before the commit, so a row may appear below one that was read already.
What is settled are the rows of transactions below the oldest one that is still under way, in the
order of their numbers: nothing can appear among those any more.
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, cast, exists, func, select, true

from app.core.db import db
from app.events.models import Event
from app.events.service import renumbering

_EVENTS: Any = Event.__table__
IN_ORDER = (_EVENTS.c.xid, _EVENTS.c.id)
Position = tuple[int, int]


def has_numbers() -> bool:
    """Whether transactions have numbers here: on SQLite all events have 0, and ids are enough."""
    return db.engine.dialect.name == "postgresql"


def settled() -> ColumnElement[bool]:
    """The events that no later commit can come before, as this statement sees them."""
    if not has_numbers():
        return true()
    below: ColumnElement[bool] = _EVENTS.c.xid < oldest_under_way()
    return below


def oldest_under_way() -> Any:
    """The lowest number of a transaction that has not ended, as this statement sees it."""
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return cast(cast(oldest, String), BigInteger)


def is_place(tenant_id: int, position: Sequence[int]) -> bool:
    """Whether a reader who stopped there misses nothing by going on behind it.

    Not once the database was brought back: on another server the numbers are others (see
    `renumbering`), and from an older copy the same id is another event's.
    """
    xid, event_id = position
    own = _EVENTS.c.tenant_id == tenant_id
    kept = select(_EVENTS.c.xid).where(own, _EVENTS.c.id == event_id).scalar_subquery()
    moved = exists().where(own, _EVENTS.c.xid == 0, _EVENTS.c.id > event_id)
    statement = select(kept, moved).execution_options(tenant_named=True)
    found, has_moved = db.session.execute(statement).one()
    if xid and has_moved:
        return False
    return bool(found == xid) if found is not None else xid < renumbering.first_unused()
