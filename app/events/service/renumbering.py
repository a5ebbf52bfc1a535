"""A database that was brought back on another server, whose transactions have lower numbers.

Events that were read there would hide every new one until the numbers are reached again.
"""

from typing import Any

from sqlalchemy import BigInteger, String, cast, func, select, tuple_, update

from app.core.db import db, hold
from app.core.tenancy import unscoped
from app.events.models import Event, EventFollower

_EVENTS: Any = Event.__table__
_FOLLOWERS: Any = EventFollower.__table__


def is_needed(read_xid: int) -> bool:
    """A number that was read, or that an event has, was not given out by this server yet."""
    highest = db.session.scalar(select(func.max(_EVENTS.c.xid))) or 0
    # Asked for after the events: every one of this server that was seen is below it.
    return max(read_xid, highest) >= first_unused()


def begin_anew() -> None:
    """Make the other server's events the oldest, and let followers read them from the first
    that one of them may not have seen: some come twice, none is lost."""
    with unscoped():
        hold("event_followers")
        unused = first_unused()
        for name, read_xid, read_id in _positions():
            is_unread = tuple_(_EVENTS.c.xid, _EVENTS.c.id) > tuple_(read_xid, read_id)
            first = select(func.min(_EVENTS.c.id)).where(_EVENTS.c.xid >= unused, is_unread)
            last = select(func.max(_EVENTS.c.id)).where(_EVENTS.c.xid >= unused)
            unread = db.session.scalar(first)
            read = unread - 1 if unread is not None else db.session.scalar(last)
            db.session.execute(
                update(_FOLLOWERS)
                .where(_FOLLOWERS.c.name == name)
                .values(read_xid=0, read_id=read or read_id)
            )
        db.session.execute(update(_EVENTS).where(_EVENTS.c.xid >= unused).values(xid=0))


def _positions() -> list[Any]:
    columns = (_FOLLOWERS.c.name, _FOLLOWERS.c.read_xid, _FOLLOWERS.c.read_id)
    return list(db.session.execute(select(*columns).with_for_update()).all())


def first_unused() -> int:
    """The number that this server's next transaction gets; on SQLite all have the number 0."""
    if db.engine.dialect.name != "postgresql":
        return 1
    following = func.pg_snapshot_xmax(func.pg_current_snapshot())
    return int(db.session.scalar(select(cast(cast(following, String), BigInteger))) or 0)
