"""Following the event log: each event is seen in the order of the commits, and none is skipped.

PostgreSQL hands ids out before the commit, so a row may appear below one that was read already.
What is read are the rows of transactions below the oldest one that is still under way, in the
order of their numbers: nothing can appear among those any more.
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, cast, func, or_, select, tuple_, update

from app.core.db import db, insert_or_update
from app.core.tenancy import unscoped
from app.events.models import Event, EventFollower
from app.events.service import renumbering

_EVENTS: Any = Event.__table__
_FOLLOWERS: Any = EventFollower.__table__
BATCH = 1_000
# So long may one call read on; what is left waits for the next.
BUDGET_SECONDS = 5.0
# A scheduler that dies over a batch holds the others up for so long.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as its followers see it."""

    xid: int
    id: int
    tenant_id: int
    type: str
    severity: str
    subject_type: str | None
    subject_id: int | None
    occurred_at: datetime
    data: dict[str, Any]


_COLUMNS = tuple(_EVENTS.c[field.name] for field in fields(Seen))
_IN_ORDER = (_EVENTS.c.xid, _EVENTS.c.id)
Position = tuple[int, int]


def follow(name: str, work: Callable[[Sequence[Seen]], None], now: datetime) -> int:
    """Give `work` the events that the follower of this name has not seen; gives how many.

    `work` opens its own transactions. Of several followers of one name at once only one gets a
    batch; when `work` raises or its process dies, the batch comes again. A new follower begins
    with the oldest event. An event comes when every transaction that began to write before its
    own has ended, also those of other databases of the same server.
    """
    owner = str(uuid.uuid4())
    give_up = time.monotonic() + BUDGET_SECONDS
    seen = 0
    while True:
        position, batch = _next_batch(name)
        if not batch or not _take(name, owner, position, now):
            return seen
        try:
            work(batch)
        except BaseException:
            _leave(name, owner, position)
            raise
        seen += len(batch)
        is_kept = _leave(name, owner, (batch[-1].xid, batch[-1].id))
        if not is_kept or len(batch) < BATCH or time.monotonic() > give_up:
            return seen


def _next_batch(name: str) -> tuple[Position, list[Seen]]:
    with unscoped(read_only=True):
        position = _position(name)
        is_foreign = renumbering.is_needed(position[0])
    if is_foreign:
        renumbering.begin_anew()
        return _next_batch(name)
    with unscoped(read_only=True):
        statement = select(*_COLUMNS).where(tuple_(*_IN_ORDER) > tuple_(*position))
        if db.engine.dialect.name == "postgresql":
            statement = statement.where(_EVENTS.c.xid < _oldest_under_way())
        rows = db.session.execute(statement.order_by(*_IN_ORDER).limit(BATCH)).all()
        return position, [Seen(*row) for row in rows]


def _oldest_under_way() -> Any:
    """The lowest number of a transaction that has not ended, as this statement sees it."""
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return cast(cast(oldest, String), BigInteger)


def _position(name: str) -> Position:
    columns = select(_FOLLOWERS.c.read_xid, _FOLLOWERS.c.read_id)
    row = db.session.execute(columns.where(_FOLLOWERS.c.name == name)).one_or_none()
    return (row[0], row[1]) if row else (0, 0)


def _take(name: str, owner: str, position: Position, now: datetime) -> bool:
    """Take the lease, unless somebody holds it or has read on since."""
    with unscoped():
        known = insert_or_update(_FOLLOWERS).values(name=name)
        db.session.execute(known.on_conflict_do_nothing())
        taken = db.session.execute(
            update(_FOLLOWERS)
            .where(
                _FOLLOWERS.c.name == name,
                _FOLLOWERS.c.read_xid == position[0],
                _FOLLOWERS.c.read_id == position[1],
                or_(_FOLLOWERS.c.lease_until.is_(None), _FOLLOWERS.c.lease_until <= now),
            )
            .values(lease_owner=owner, lease_until=now + LEASE)
        )
        return _is_one(taken)


def _leave(name: str, owner: str, position: Position) -> bool:
    """Keep how far was read and give the lease back; False when it was another's by then."""
    with unscoped():
        left = db.session.execute(
            update(_FOLLOWERS)
            .where(_FOLLOWERS.c.name == name, _FOLLOWERS.c.lease_owner == owner)
            .values(read_xid=position[0], read_id=position[1], lease_owner=None, lease_until=None)
        )
        return _is_one(left)


def _is_one(result: Any) -> bool:
    return bool(result.rowcount == 1)
