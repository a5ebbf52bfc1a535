"""A tenant's events in a window."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.models import live
from app.dashboard.service.counting import Counts
from app.dashboard.values import DAY
from app.events.models import Event
from app.events.values import SEVERITIES

NEWEST = 10
MOST_SOURCES = 20


def stats(counts: Counts) -> dict[str, Any]:
    """Events by severity, type, source and day; of the sources the busiest ones."""
    severities: Counter[str] = Counter()
    types: Counter[str] = Counter()
    days: dict[str, Counter[str]] = defaultdict(Counter)
    for bucket, type_, severity, events in counts.events("bucket", "type", "severity"):
        severities[severity] += events
        types[type_] += events
        days[bucket[:DAY]][severity] += events
    sources = sorted(counts.events("source"), key=lambda row: (-row[1], row[0]))
    return {
        "total": severities.total(),
        "by_severity": _by_severity(severities),
        "by_type": [_counted("type", *row) for row in _ranked(types)],
        "by_source": [_counted("source", *row) for row in sources[:MOST_SOURCES]],
        "by_day": [
            {"date": day, "total": days[day].total(), "by_severity": _by_severity(days[day])}
            for day in counts.window.days()
        ],
        "newest": newest(),
    }


def newest() -> list[Event]:
    """The newest events, whenever they were."""
    statement = select(Event).where(live(Event))
    order = (Event.occurred_at.desc(), Event.id.desc())
    return list(db.session.scalars(statement.order_by(*order).limit(NEWEST)))


def _by_severity(counted: Counter[str]) -> dict[str, int]:
    return {severity: counted[severity] for severity in SEVERITIES}


def _ranked(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda row: (-row[1], row[0]))


def _counted(name: str, word: str, count: int) -> dict[str, Any]:
    return {name: word, "total": count}
