"""Following the event log: each event is seen in its order, and none is skipped."""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, tuple_, update

from app.core.db import db, insert_or_update
from app.core.tenancy import unscoped
from app.events.models import Event, EventFollower
from app.events.service import renumbering
from app.events.service.ordering import IN_ORDER, Position, settled

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
        unseen = select(*_COLUMNS).where(tuple_(*IN_ORDER) > tuple_(*position), settled())
        rows = db.session.execute(unseen.order_by(*IN_ORDER).limit(BATCH)).all()
        return position, [Seen(*row) for row in rows]


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
