"""How far the event log is in the roll-ups, and what lies behind that."""

from typing import Any

from sqlalchemy import select, tuple_, update

from app.core.db import db, insert_or_update
from app.dashboard.models import RollupPosition
from app.events.service.ordering import IN_ORDER, Position

_TABLE: Any = RollupPosition.__table__
_NAME = "events"
_NOWHERE = (0, 0)


def read() -> Position:
    """Everything lies behind it before anything was counted."""
    return find() or _NOWHERE


def find() -> Position | None:
    """None when the roll-ups were never made."""
    columns = select(_TABLE.c.read_xid, _TABLE.c.read_id).where(_TABLE.c.name == _NAME)
    row = db.session.execute(columns).one_or_none()
    return None if row is None or row[0] is None else (row[0], row[1])


def take() -> bool:
    """Keep the others from moving it until the commit; False when another does."""
    begun = insert_or_update(_TABLE).values(name=_NAME)
    db.session.execute(begun.on_conflict_do_nothing())
    found = select(_TABLE.c.name).where(_TABLE.c.name == _NAME)
    return db.session.scalar(found.with_for_update(skip_locked=True)) is not None


def keep(position: Position) -> None:
    moved = update(_TABLE).where(_TABLE.c.name == _NAME)
    db.session.execute(moved.values(read_xid=position[0], read_id=position[1]))


def is_behind(position: Position) -> Any:
    """The condition that an event was not counted at this position."""
    return tuple_(*IN_ORDER) > tuple_(*position)
