"""Making the roll-ups from the executions and events themselves, as they are at one moment."""

from typing import Any

from sqlalchemy import delete, func, select, true

from app.core.db import db, see_one_moment
from app.core.strict_json import MAX_INTEGER
from app.core.tenancy import unscoped
from app.dashboard.service import adding, deltas, positions
from app.dashboard.service.deltas import (
    CORRECTIONS,
    EVENT_ROLLUPS,
    EVENTS,
    EXECUTION_ID,
    EXECUTIONS,
    IS_OUTCOME,
    RUN_ROLLUPS,
)
from app.events.service import renumbering
from app.events.service.ordering import oldest_under_way


def recount() -> int:
    """Count everything; gives how many events there are.

    Costs seconds for millions of rows. Writers go on meanwhile: what those under way have
    written is left to the fold, with the executions that it tells of.
    """
    if _is_foreign():
        renumbering.begin_anew()
    with unscoped():
        see_one_moment()
        if not positions.take():
            return 0
        before = _settled_before()
        settled = true() if before is None else EVENTS.c.xid < before
        left = _left_to_the_fold(settled)
        for table in (RUN_ROLLUPS, EVENT_ROLLUPS):
            db.session.execute(delete(table))
        db.session.execute(delete(CORRECTIONS).where(CORRECTIONS.c.execution_id.not_in(left)))
        adding.add_runs(deltas.of_executions(EXECUTIONS.c.id.not_in(left)))
        adding.add_events(deltas.of_events(settled))
        last = db.session.scalar(select(func.max(EVENTS.c.id))) or 0
        positions.keep((0, last) if before is None else (before - 1, MAX_INTEGER))
        return last


def _is_foreign() -> bool:
    """There are events of another server, which no follower has renumbered yet."""
    with unscoped(read_only=True):
        return renumbering.is_needed(0)


def _settled_before() -> int | None:
    """The number below which every transaction has ended; None on SQLite, with its one writer."""
    if db.engine.dialect.name != "postgresql":
        return None
    return int(db.session.scalar(select(oldest_under_way())) or 0)


def _left_to_the_fold(settled: Any) -> list[int]:
    """The executions whose outcome is told of by events that cannot be counted yet."""
    told = select(EXECUTION_ID).where(IS_OUTCOME, ~settled, EXECUTION_ID.is_not(None))
    return list(db.session.scalars(told))
