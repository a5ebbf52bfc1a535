"""Everything on one screen, as it is at one moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.alerts.models import Alert
from app.alerts.values import RESOLVED
from app.core.db import db
from app.dashboard.service import event_stats, jobs, runs, storages, work
from app.dashboard.service.counting import Counts
from app.events.values import SEVERITIES


def overview(counts: Counts, now: datetime) -> dict[str, Any]:
    """What a wall screen shows; what the window bounds are the runs alone."""
    standing, compliance = jobs.standing(now)
    return {
        "jobs": standing,
        "runs": {**runs.summary(counts.runs()), **runs.open_now()},
        "storage": storages.summary(),
        "compliance": compliance,
        "alerts": _alerts(),
        "tasks": work.summary(now),
        "newest_events": event_stats.newest(),
    }


def _alerts() -> dict[str, Any]:
    found: Any = db.session.execute(
        select(Alert.severity, func.count())
        .where(Alert.status != RESOLVED, Alert.parent_id.is_(None))
        .group_by(Alert.severity)
    )
    counted = dict(found.all())
    by_severity = {severity: counted.get(severity, 0) for severity in SEVERITIES}
    return {"open": sum(by_severity.values()), "by_severity": by_severity}
