"""Forgetting executions that are older than their tenant keeps them."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, select

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
        *(_RUNS.c.id, _RUNS.c.tenant_id, _RUNS.c.job_id),
        *(_RUNS.c.kind, _RUNS.c.status, _RUNS.c.backup_type),
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
    old: dict[int, list[Any]] = defaultdict(list)
    for row in batch:
        kept = Kept(row.created_at, row.execution_date, row.snapshot_id, row.retention_days)
        if is_over(kept, days.get(row.tenant_id, _DEFAULT), now):
            old[row.tenant_id].append(row)
    return sum(_remove(tenant_id, rows) for tenant_id, rows in old.items())


def _remove(tenant_id: int, rows: Sequence[Any]) -> int:
    """The logs go with them. One that something points at stays, and is asked again later.

    Of each job the newest of its kind, type and result stays: the latest run and success, and
    the full backup that differentials stand on.
    """
    with as_tenant(tenant_id):
        groups = {(row.job_id, row.kind, row.status, row.backup_type) for row in rows}
        newest = {_newest(tenant_id, *group) for group in groups}
        ids = [row.id for row in rows if row.id not in newest]
        statement = delete(_RUNS).where(_RUNS.c.id.in_(ids), _RUNS.c.status.in_(FINAL), *_is_free())
        return int(execute_named(statement, tenant_id=tenant_id, table=_RUNS).rowcount)


def _newest(
    tenant_id: int, job_id: int, kind: str, status: str, backup_type: str | None
) -> int | None:
    """One look from the end of an index; asked for all of them at once the planner would rather
    read the whole table."""
    statement = select(_RUNS.c.id).where(
        _RUNS.c.job_id == job_id,
        _RUNS.c.kind == kind,
        _RUNS.c.status == status,
        _RUNS.c.backup_type == backup_type,
    )
    latest = statement.order_by(_RUNS.c.execution_date.desc(), _RUNS.c.id.desc()).limit(1)
    found: int | None = execute_named(latest, tenant_id=tenant_id, table=_RUNS).scalar()
    return found


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
        is_pointing = other.c[column.name] == _RUNS.c.id
        first = select(other.c[column.name]).where(is_pointing).limit(1).correlate(_RUNS)
        # No EXISTS: as a join the planner would read the whole of both tables.
        found.append(first.scalar_subquery().is_(None))
    return tuple(found)
