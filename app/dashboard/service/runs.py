"""A tenant's backups in a window, and those that are open now."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, literal, or_, select

from app.backups.models import Execution
from app.backups.values import BACKUP, OPEN, QUEUED, RUNNING
from app.core.db import db
from app.core.strict_json import MAX_INTEGER
from app.dashboard.rules import mean_seconds, success_rate
from app.dashboard.service.counting import Counts, RunCount
from app.dashboard.service.jobs import list_at_risk, list_slowest
from app.dashboard.values import DAY, RESULTS


def stats(counts: Counts) -> dict[str, Any]:
    """Runs by result and day, and the jobs that are slow or at risk."""
    found = counts.runs()
    by_day: dict[str, list[RunCount]] = defaultdict(list)
    for one in found:
        by_day[one.bucket[:DAY]].append(one)
    return {
        **summary(found),
        "by_day": [{"date": day, **summary(by_day[day])} for day in counts.window.days()],
        "slowest_jobs": list_slowest(counts.window),
        "jobs_at_risk": list_at_risk(),
    }


def summary(found: Iterable[RunCount]) -> dict[str, Any]:
    """The totals over any number of counts."""
    runs: Counter[str] = Counter()
    size = timed = milliseconds = 0
    for one in found:
        runs[one.result] += one.runs
        size += one.size_bytes
        timed += one.timed_runs
        milliseconds += one.milliseconds
    return {
        "total": runs.total(),
        "by_result": {result: runs[result] for result in RESULTS},
        "success_rate": success_rate(runs),
        # No answer holds a number beyond 64 bits.
        "size_bytes": min(size, MAX_INTEGER),
        "mean_duration_seconds": mean_seconds(milliseconds, timed),
    }


def open_now() -> dict[str, int]:
    """How many backups run or wait."""
    # In the words of the partial index, so that every database uses it.
    is_open = or_(*(Execution.status == literal(status, literal_execute=True) for status in OPEN))
    found: Any = db.session.execute(
        select(Execution.status, func.count())
        .where(is_open, Execution.kind == BACKUP)
        .group_by(Execution.status)
    )
    counted = dict(found.all())
    return {"running": counted.get(RUNNING, 0), "queued": counted.get(QUEUED, 0)}
