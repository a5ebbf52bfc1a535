"""Forgetting executions that are older than their tenant keeps them."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, exists, select, tuple_

from app.backups.models import BackupJob, Execution
from app.backups.rules.retention import Kept, is_over, youngest_over
from app.backups.values import FINAL
from app.core.db import Base, db
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.tenants.monitoring import Monitoring, set_by_tenants

_RUNS: Any = Execution.__table__
_JOBS: Any = BackupJob.__table__
_STRETCH = (
    select(
        *(_RUNS.c.id, _RUNS.c.tenant_id),
        *(_RUNS.c.created_at, _RUNS.c.execution_date, _RUNS.c.snapshot_id),
        _JOBS.c.retention_days,
    )
    .join_from(_RUNS, _JOBS, _JOBS.c.id == _RUNS.c.job_id)
    .order_by(_RUNS.c.id)
)
_DEFAULT = Monitoring().execution_retention_days
BATCH = 500
# So long may one stretch hold the other steps up; what is left waits for the next.
BUDGET_SECONDS = 2.0


class Walk:
    """Goes over the executions of all tenants by their ids, a stretch at a time, and begins anew
    at the first that is too young for anybody.

    It reads the primary key alone: no index is kept for it, which each status post would pay for.
    """

    def __init__(self, batch: int = BATCH, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._batch = batch
        self._budget_seconds = budget_seconds
        self._last_id = 0

    def go_on(self, now: datetime) -> int:
        """Gives how many executions were removed, each batch in a transaction of its own."""
        give_up = time.monotonic() + self._budget_seconds
        with unscoped(read_only=True):
            days = set_by_tenants("execution_retention_days")
        limit = youngest_over(min([_DEFAULT, *days.values()]), now)
        removed = 0
        while True:
            batch = self._read_on()
            removed += _remove_old(batch, days, now)
            if len(batch) < self._batch or batch[-1].created_at >= limit:
                self._last_id = 0
                return removed
            self._last_id = batch[-1].id
            if time.monotonic() > give_up:
                return removed

    def _read_on(self) -> list[Any]:
        statement = _STRETCH.where(_RUNS.c.id > self._last_id).limit(self._batch)
        with unscoped(read_only=True):
            return list(db.session.execute(statement))


def _remove_old(batch: Sequence[Any], days: Mapping[int, int], now: datetime) -> int:
    old: dict[int, list[int]] = defaultdict(list)
    for row in batch:
        kept = Kept(row.created_at, row.execution_date, row.snapshot_id, row.retention_days)
        if is_over(kept, days.get(row.tenant_id, _DEFAULT), now):
            old[row.tenant_id].append(row.id)
    return sum(_remove(tenant_id, ids) for tenant_id, ids in old.items())


def _remove(tenant_id: int, ids: Sequence[int]) -> int:
    """The logs go with them. One that something points at stays, and is asked again later."""
    statement = delete(_RUNS).where(
        _RUNS.c.id.in_(ids), _RUNS.c.status.in_(FINAL), _is_not_the_newest(), *_is_free()
    )
    with as_tenant(tenant_id):
        return int(execute_named(statement, tenant_id=tenant_id, table=_RUNS).rowcount)


def _is_not_the_newest() -> Any:
    """Of each job the newest of its kind, type and result stays: the latest run and success,
    and the full backup that differentials stand on."""
    newer = _RUNS.alias("newer")
    return exists().where(
        newer.c.job_id == _RUNS.c.job_id,
        newer.c.kind == _RUNS.c.kind,
        newer.c.status == _RUNS.c.status,
        newer.c.backup_type.is_not_distinct_from(_RUNS.c.backup_type),
        tuple_(newer.c.execution_date, newer.c.id) > tuple_(_RUNS.c.execution_date, _RUNS.c.id),
    )


@cache
def _is_free() -> tuple[Any, ...]:
    """No row points at it that would not go with it: a retry, a verification, a post."""
    pointing = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is _RUNS.c.id and key.ondelete is None
    ]
    found = []
    for column in pointing:
        other = column.table.alias(f"pointing_{column.table.name}")
        found.append(~exists().where(other.c[column.name] == _RUNS.c.id))
    return tuple(found)
