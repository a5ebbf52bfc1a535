"""Reading the counts: the roll-ups and what they do not hold yet, seen at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, union_all

from app.core.db import after_commit, db, see_one_moment
from app.core.tenancy import current_tenant_id
from app.dashboard.rules import Window
from app.dashboard.service import adding, deltas, folding, positions
from app.dashboard.service.deltas import CORRECTIONS, EVENT_ROLLUPS, EVENTS, RUN_ROLLUPS
from app.dashboard.values import GIB
from app.events.service.ordering import IN_ORDER, Position

_NAMED = {"tenant_named": True}
# With more than so many behind the position each read would take longer and longer.
MOST_BEHIND = 20_000


@dataclass(frozen=True, slots=True)
class RunCount:
    """The final backups of a bucket with one result."""

    bucket: str
    result: str
    runs: int
    size_bytes: int
    timed_runs: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted for a tenant in a window, at the moment that its transaction sees."""

    tenant_id: int
    window: Window
    position: Position

    def runs(self) -> list[RunCount]:
        """A row for each bucket and result that there was."""
        told = (EVENTS.c.tenant_id == self.tenant_id, positions.is_behind(self.position))
        parts = (
            self._kept(RUN_ROLLUPS, adding.RUN_KEYS, adding.RUN_SUMS),
            deltas.of_outcomes(*told),
            deltas.of_corrections(CORRECTIONS.c.tenant_id == self.tenant_id),
        )
        rows = self._summed(parts, ("bucket", "result"), adding.RUN_SUMS)
        return [
            RunCount(bucket, result, runs, gibibytes * GIB + odd, timed, milliseconds)
            for bucket, result, runs, gibibytes, odd, timed, milliseconds in rows
            if runs
        ]

    def events(self, *keys: str) -> list[tuple[Any, ...]]:
        """The events that were not deleted: a row for each group of the keys, its number last."""
        own = EVENTS.c.tenant_id == self.tenant_id
        parts = (
            self._kept(EVENT_ROLLUPS, adding.EVENT_KEYS, adding.EVENT_SUMS),
            deltas.of_events(own, positions.is_behind(self.position)),
            deltas.of_events(
                own,
                EVENTS.c.deleted_at.is_not(None),
                EVENTS.c.occurred_at >= self.window.from_,
                EVENTS.c.occurred_at < self.window.to,
                sign=-1,
            ),
        )
        return [row for row in self._summed(parts, keys, adding.EVENT_SUMS) if row[-1]]

    def _kept(self, table: Any, keys: Sequence[str], sums: Sequence[str]) -> Select[Any]:
        columns = ("tenant_id", "bucket", *keys, *sums)
        return select(*(table.c[name] for name in columns)).where(
            table.c.tenant_id == self.tenant_id,
            table.c.unit == self.window.unit,
            table.c.bucket >= self.window.first,
            table.c.bucket < self.window.end,
        )

    def _summed(
        self, parts: Sequence[Select[Any]], keys: Sequence[str], sums: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        """The parts, whose buckets are hours or as long as the window's, added up."""
        rows = union_all(*parts).subquery().c
        bucket = func.substr(rows.bucket, 1, self.window.unit).label("bucket")
        groups = [bucket if name == "bucket" else rows[name] for name in keys]
        statement = (
            select(*groups, *(func.sum(rows[name]) for name in sums))
            .where(bucket >= self.window.first, bucket < self.window.end)
            .group_by(*groups)
        )
        found = db.session.execute(statement.execution_options(**_NAMED))
        return [(*row[: len(keys)], *map(int, row[len(keys) :])) for row in found]


def counts(window: Window, now: datetime) -> Counts:
    """To be called before anything else is read.

    When the scheduler was away for long, the caller folds after its answer was worked out, so
    that the next one has less to read.
    """
    see_one_moment()
    position = positions.read()
    if _is_far_behind(position):
        after_commit(lambda: _fold(now))
    return Counts(current_tenant_id(), window, position)


def _fold(now: datetime) -> None:
    folding.fold(now)


def _is_far_behind(position: Position) -> bool:
    last = (
        select(EVENTS.c.id)
        .where(positions.is_behind(position))
        .order_by(*IN_ORDER)
        .offset(MOST_BEHIND)
        .limit(1)
    )
    return db.session.scalar(last.execution_options(**_NAMED)) is not None
