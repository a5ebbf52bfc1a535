"""The runs of hosts elsewhere: claimed once, kept by their word, failed when that stays out."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, literal, select, update

from app.backups.models import BackupJob, Execution
from app.backups.service.moves import TABLE
from app.backups.service.outcomes import record_start
from app.backups.values import QUEUED, RUNNING
from app.core.db import db
from app.core.prepared import Prepared

_JOBS: Any = BackupJob.__table__
# Written into the statement, so that any planner sees that the index of the waiting holds it.
_IS_QUEUED = TABLE.c.status == literal(QUEUED, literal_execute=True)
_MAX_MINUTES = (
    select(_JOBS.c.max_runtime_minutes)
    .where(_JOBS.c.id == TABLE.c.job_id)
    .scalar_subquery()
    .label("max_runtime_minutes")
)
_RENEW = Prepared(
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("execution_id"),
        TABLE.c.status == RUNNING,
        TABLE.c.lease_owner == bindparam("owner"),
    )
    .returning(TABLE.c.cancel_requested_at, TABLE.c.started_at, _MAX_MINUTES),
    TABLE,
)


class Kept(NamedTuple):
    """A run whose lease was renewed, and what may be a reason to stop it."""

    cancel_requested_at: datetime | None
    started_at: datetime
    max_runtime_minutes: int | None

    def is_timed_out(self, now: datetime) -> bool:
        return is_over_time(self.started_at, self.max_runtime_minutes, now)


def is_over_time(started_at: datetime, max_runtime_minutes: int | None, now: datetime) -> bool:
    """The run takes longer than its job allows."""
    if max_runtime_minutes is None:
        return False
    return now > started_at + timedelta(minutes=max_runtime_minutes)


def _waits_for(tenant_id: int, runner: str) -> tuple[Any, ...]:
    """The runs that this host is to do, as the index of what is queued for runners has them."""
    return TABLE.c.tenant_id == tenant_id, TABLE.c.runner == runner, _IS_QUEUED


def hosts_waited_for() -> set[tuple[int, str]]:
    """The hosts that runs are queued for, as (tenant, runner).

    One read of the index of what is queued for runners. Needs an unscoped session.
    """
    statement = select(TABLE.c.tenant_id, TABLE.c.runner).where(
        _IS_QUEUED, TABLE.c.runner.is_not(None)
    )
    found = db.session.execute(statement.distinct())
    return {(row.tenant_id, row.runner) for row in found}


def claim_next(
    tenant_id: int, runner: str, owner: str, now: datetime, lease_seconds: float
) -> Execution | None:
    """Take the run that this host is to do next, once: the most urgent, of these the oldest.

    Of several callers at once each takes another one. None when nothing waits for the host.
    """
    waits = _waits_for(tenant_id, runner)
    highest = select(func.max(TABLE.c.priority)).where(*waits).scalar_subquery()
    # The index knows the oldest of one priority at once; to sort all of them takes its time.
    of_highest = select(TABLE.c.id).where(*waits, TABLE.c.priority == highest)
    values = {
        "status": RUNNING,
        "started_at": now,
        "execution_date": now,
        "lease_owner": owner,
        "lease_until": now + timedelta(seconds=lease_seconds),
        "attempt": TABLE.c.attempt + 1,
    }
    claimed = _claim(of_highest.order_by(TABLE.c.id), values)
    if claimed is None and _is_awaited(waits):
        # All of the highest are in others' hands, who may not have committed yet.
        lower = select(TABLE.c.id).where(*waits)
        claimed = _claim(lower.order_by(TABLE.c.priority.desc(), TABLE.c.id), values)
    if claimed is not None:
        record_start(claimed, now)
    return claimed


def _is_awaited(waits: tuple[Any, ...]) -> bool:
    any_run = select(TABLE.c.id).where(*waits).limit(1).execution_options(tenant_named=True)
    return db.session.scalar(any_run) is not None


def _claim(candidates: Select[Any], values: dict[str, Any]) -> Execution | None:
    first = candidates.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    statement = (
        update(Execution).where(Execution.id == first, _IS_QUEUED).values(values)
    ).returning(Execution)
    options = {"synchronize_session": False, "populate_existing": True}
    return db.session.scalars(statement, execution_options=options).one_or_none()


def renew(
    execution_id: int,
    tenant_id: int,
    owner: str,
    now: datetime,
    lease_seconds: float,
    facts: dict[str, Any],
) -> Kept | None:
    """Keep the lease and write progress; None when the run is not the owner's, or is over.

    One statement, the same for as long as the same facts are told.
    """
    until = now + timedelta(seconds=lease_seconds)
    rows = _RENEW.run(tenant_id, execution_id=execution_id, owner=owner, lease_until=until, **facts)
    return Kept(*rows[0]) if rows else None


def list_lost(now: datetime, limit: int) -> list[Execution]:
    """Running executions elsewhere whose lease has run out. Needs an unscoped session."""
    statement = (
        select(Execution)
        .where(
            Execution.status == RUNNING,
            Execution.runner.is_not(None),
            Execution.lease_until < now,
        )
        .order_by(Execution.lease_until)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
