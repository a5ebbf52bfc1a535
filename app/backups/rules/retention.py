"""How long an execution is remembered."""

from datetime import datetime, timedelta
from typing import NamedTuple


class Kept(NamedTuple):
    """What decides about an execution that has ended; `retention_days` is its job's."""

    created_at: datetime
    execution_date: datetime
    snapshot_id: str | None
    retention_days: int


def is_over(run: Kept, days: int, now: datetime) -> bool:
    """It was, and was heard of, longer ago than `days`; one with a snapshot is remembered as
    long as its job keeps those."""
    kept_for = days if run.snapshot_id is None else max(days, run.retention_days)
    return max(run.created_at, run.execution_date) < youngest_over(kept_for, now)


def youngest_over(days: int, now: datetime) -> datetime:
    """What is younger is remembered."""
    return now - timedelta(days=days)
