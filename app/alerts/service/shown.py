"""Alerts as they are shown: listed, one with its children and turns, counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from app.alerts.models import Alert, AlertTurn
from app.alerts.schemas import AlertSchema
from app.alerts.values import OPEN, RESOLVED, SEVERITIES, SNOOZED, STATUSES
from app.core.db import db
from app.core.models import get_row
from app.core.pagination import Listing, Ordering, equal

ORDERING = Ordering(
    key=Alert.id,
    columns={
        "id": Alert.id,
        "last_seen_at": Alert.last_seen_at,
        "first_seen_at": Alert.first_seen_at,
        "opened_at": Alert.opened_at,
        "created_at": Alert.created_at,
        "severity": Alert.severity_rank,
        "status": Alert.status,
        "type": Alert.type,
        "count": Alert.count,
    },
    default="-last_seen_at",
)
_FIELDS = tuple(AlertSchema().fields)
SHOWN_CHILDREN = 100
SHOWN_TURNS = 50


def list_alerts(query: dict[str, Any]) -> Listing:
    """The tenant's alerts; what another one explains only when its id is asked for."""
    statement = equal(select(Alert), Alert, query, ("type", "backup_id", "parent_id"))
    if "parent_id" not in query:
        statement = statement.where(Alert.parent_id.is_(None))
    for name in ("status", "severity"):
        if name in query:
            statement = statement.where(getattr(Alert, name).in_(query[name]))
    return Listing(statement, ORDERING)


def get_alert(alert_id: int) -> Any:
    """One alert with its newest children and turns. Raises NotFound."""
    alert = get_row(Alert, alert_id)
    explained = select(Alert).where(Alert.parent_id == alert.id)
    turns = select(AlertTurn).where(AlertTurn.alert_id == alert.id)
    shown = {name: getattr(alert, name) for name in _FIELDS}
    return SimpleNamespace(
        **shown,
        children=db.session.scalars(
            explained.order_by(Alert.last_seen_at.desc(), Alert.id.desc()).limit(SHOWN_CHILDREN)
        ).all(),
        children_total=db.session.scalar(select(func.count()).select_from(explained.subquery())),
        history=db.session.scalars(turns.order_by(AlertTurn.id.desc()).limit(SHOWN_TURNS)).all(),
    )


def summarise() -> dict[str, Any]:
    """How many of the tenant's alerts there are, in two queries and one for those that flap."""
    rows = db.session.execute(
        select(
            Alert.status,
            Alert.severity,
            Alert.type,
            Alert.parent_id.is_not(None),
            func.count(),
            func.min(Alert.opened_at),
            func.min(Alert.snoozed_until),
        )
        .where(Alert.status != RESOLVED)
        .group_by(Alert.status, Alert.severity, Alert.type, Alert.parent_id.is_not(None))
    ).all()
    own = [row for row in rows if not row[3]]
    statuses = _sums((row[0], row[4]) for row in own)
    severities = _sums((row[1], row[4]) for row in own)
    resolved = select(func.count(Alert.id)).where(
        Alert.status == RESOLVED, Alert.parent_id.is_(None)
    )
    statuses[RESOLVED] = db.session.scalar(resolved) or 0
    return {
        "by_status": {status: statuses[status] for status in STATUSES},
        "by_severity": {severity: severities[severity] for severity in SEVERITIES},
        "by_type": dict(sorted(_sums((row[2], row[4]) for row in own).items())),
        "unresolved": sum(row[4] for row in own),
        "flapping": _count_flapping(),
        "children": sum(row[4] for row in rows if row[3]),
        "oldest_open_at": _first(row[5] for row in own if row[0] == OPEN),
        "next_wake_at": _first(row[6] for row in own if row[0] == SNOOZED),
    }


def _sums(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, count in pairs:
        found[name] += count
    return found


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _count_flapping() -> int:
    flapping = select(Alert).where(
        Alert.status != RESOLVED, Alert.flaps > 0, Alert.parent_id.is_(None)
    )
    return sum(alert.is_flapping for alert in db.session.scalars(flapping))
