"""Adding deltas to the roll-ups; whoever does it holds the position."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, literal, select

from app.core.db import db, insert_or_update
from app.dashboard.service.deltas import EVENT_ROLLUPS, RUN_ROLLUPS
from app.dashboard.values import DAY, HOUR

RUN_KEYS, RUN_SUMS = (
    ("result",),
    ("runs", "gibibytes", "odd_bytes", "timed_runs", "milliseconds"),
)
EVENT_KEYS, EVENT_SUMS = ("type", "severity", "source"), ("events",)


def add_runs(deltas: Select[Any]) -> None:
    _add(RUN_ROLLUPS, deltas, RUN_KEYS, RUN_SUMS)


def add_events(deltas: Select[Any]) -> None:
    _add(EVENT_ROLLUPS, deltas, EVENT_KEYS, EVENT_SUMS)


def _add(table: Any, deltas: Select[Any], keys: Sequence[str], sums: Sequence[str]) -> None:
    for unit in (HOUR, DAY):
        rows = deltas.subquery().c
        bucket = func.substr(rows.bucket, 1, unit)
        groups = (rows.tenant_id, bucket, *(rows[name] for name in keys))
        totals = (cast(func.sum(rows[name]), BigInteger) for name in sums)
        grouped = select(literal(unit), *groups, *totals).group_by(*groups)
        names = ("unit", "tenant_id", "bucket", *keys, *sums)
        statement = insert_or_update(table).from_select(names, grouped)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=("tenant_id", "unit", "bucket", *keys),
                set_={name: table.c[name] + statement.excluded[name] for name in sums},
            )
        )
