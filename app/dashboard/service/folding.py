"""The fold: adds the newest events to the roll-ups, in one transaction with how far it came.

So each event is added once, whoever is killed when. Events are read in the order of their
commits, below every transaction that is still under way (`app/events/service/ordering.py`).
Nobody else writes these rows, so that nobody waits for them.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, tuple_

from app.core.db import db
from app.core.tenancy import unscoped
from app.dashboard.service import adding, deltas, positions, recounting
from app.dashboard.service.deltas import CORRECTIONS, EVENT_ROLLUPS, EVENTS, RUN_ROLLUPS
from app.dashboard.values import HOUR
from app.events.service import renumbering
from app.events.service.ordering import IN_ORDER, Position, settled

BATCH = 20_000
# So long may one call go on; what is left waits for the next.
BUDGET_SECONDS = 2.0
# Longer than any window asks for, and than a clock is usually wrong.
HOURS_KEPT = timedelta(days=31)


def fold(now: datetime) -> int:
    """Add what is not in the roll-ups; gives how many events and corrections that were.

    Of several at once one does it. The roll-ups are made anew when there are none, or when the
    database was brought back on another server.
    """
    give_up = time.monotonic() + BUDGET_SECONDS
    folded = 0
    while True:
        count = _fold_once()
        folded += count
        if count < BATCH or time.monotonic() > give_up:
            return folded


def purge(now: datetime) -> int:
    """Remove the hours that no window reaches any more; the days stay."""
    last = (now - HOURS_KEPT).isoformat()[:HOUR]
    removed = 0
    with unscoped():
        for table in (RUN_ROLLUPS, EVENT_ROLLUPS):
            stale = delete(table).where(table.c.unit == HOUR, table.c.bucket < last)
            done: Any = db.session.execute(stale)
            removed += done.rowcount
    return removed


def _fold_once() -> int:
    # Nothing is written, and nobody is kept from writing, every three seconds for nothing.
    with unscoped(read_only=True):
        if not _has_work(positions.find()):
            return 0
    with unscoped():
        if not positions.take():
            return 0
        position = positions.find()
        if position is not None and not renumbering.is_needed(position[0]):
            return _add_corrections() + _add_batch(position)
    return recounting.recount()


def _has_work(position: Position | None) -> bool:
    if position is None or renumbering.is_needed(position[0]):
        return True
    if db.session.scalar(select(CORRECTIONS.c.id).limit(1)) is not None:
        return True
    return db.session.execute(_settled_behind(position).limit(1)).one_or_none() is not None


def _add_batch(position: Position) -> int:
    end = _end_of_batch(position)
    if end is None:
        return 0
    batch = (positions.is_behind(position), tuple_(*IN_ORDER) <= tuple_(*end))
    adding.add_runs(deltas.of_outcomes(*batch))
    adding.add_events(deltas.of_events(*batch))
    positions.keep(end)
    return db.session.scalar(select(func.count(EVENTS.c.id)).where(*batch)) or 0


def _end_of_batch(position: Position) -> Position | None:
    behind = _settled_behind(position)
    full = behind.order_by(*IN_ORDER).offset(BATCH - 1).limit(1)
    last = behind.order_by(*(column.desc() for column in IN_ORDER)).limit(1)
    row = db.session.execute(full).one_or_none() or db.session.execute(last).one_or_none()
    return (row[0], row[1]) if row else None


def _settled_behind(position: Position) -> Select[Any]:
    return select(*IN_ORDER).where(positions.is_behind(position), settled())


def _add_corrections() -> int:
    ids = db.session.scalars(select(CORRECTIONS.c.id).order_by(CORRECTIONS.c.id).limit(BATCH)).all()
    if ids:
        those = CORRECTIONS.c.id.in_(ids)
        adding.add_runs(deltas.of_corrections(those))
        db.session.execute(delete(CORRECTIONS).where(those))
    return len(ids)
