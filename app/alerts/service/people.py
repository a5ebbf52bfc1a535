"""What people do about alerts: acknowledged, snoozed, resolved, reopened."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from app.alerts.errors import CannotMove, OpenedAnew, UnknownAlerts
from app.alerts.models import Alert
from app.alerts.rules.moves import can_move
from app.alerts.service import turns
from app.alerts.service.applying import hold_alerts
from app.alerts.service.telling import Cause, keep
from app.alerts.values import ACKNOWLEDGED, LONGEST_SNOOZE, OPEN, RESOLVED, SNOOZED
from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.models import get_row


def acknowledge(alert_id: int, actor: Actor, now: datetime, comment: str | None = None) -> Alert:
    """Say that somebody attends to it; a snooze ends by that. Raises NotFound, CannotMove."""
    alert = _take(alert_id, ACKNOWLEDGED)
    _acknowledge(alert, Cause(now, now, by=actor.name, comment=comment))
    db.session.flush()
    return alert


def snooze(
    alert_id: int, until: datetime, actor: Actor, now: datetime, comment: str | None = None
) -> Alert:
    """Hear nothing of it until then. Raises NotFound, CannotMove, ValidationFailed."""
    alert = _take(alert_id, SNOOZED)
    if not now < until <= now + LONGEST_SNOOZE:
        message = f"Must be in the future, by {LONGEST_SNOOZE.days} days at most."
        raise ValidationFailed.on("until", message)
    alert.status, alert.snoozed_until = SNOOZED, until
    keep(alert, SNOOZED, Cause(now, now, by=actor.name, comment=comment))
    db.session.flush()
    return alert


def resolve(alert_id: int, actor: Actor, now: datetime, comment: str | None = None) -> Alert:
    """Say that it is over, until its next event. Raises NotFound, CannotMove."""
    alert = _take(alert_id, RESOLVED)
    turns.resolve(alert, Cause(now, now, by=actor.name, comment=comment))
    db.session.flush()
    return alert


def reopen(alert_id: int, actor: Actor, now: datetime, comment: str | None = None) -> Alert:
    """Say that it is not over, or that nobody attends to it.

    Raises NotFound, CannotMove, OpenedAnew.
    """
    alert = _take(alert_id, OPEN)
    if alert.status == RESOLVED:
        _refuse_second(alert)
    turns.reopen(alert, Cause(now, now, by=actor.name, comment=comment))
    db.session.flush()
    return alert


def acknowledge_all(
    ids: Collection[int], actor: Actor, now: datetime, comment: str | None = None
) -> dict[str, list[int]]:
    """Acknowledge several at once; what was acknowledged or resolved before stays so.

    Raises UnknownAlerts, and changes none, when one of them is not the tenant's.
    """
    hold_alerts()
    wanted = sorted(set(ids))
    statement = select(Alert).where(Alert.id.in_(wanted)).order_by(Alert.id).with_for_update()
    found = {alert.id: alert for alert in db.session.scalars(statement)}
    missing = [alert_id for alert_id in wanted if alert_id not in found]
    if missing:
        raise UnknownAlerts(details={"ids": missing})
    moving = [alert for alert in found.values() if can_move(alert.status, ACKNOWLEDGED)]
    for alert in moving:
        _acknowledge(alert, Cause(now, now, by=actor.name, comment=comment))
    db.session.flush()
    moved = [alert.id for alert in moving]
    return {
        "acknowledged": moved,
        "unchanged": [alert_id for alert_id in wanted if alert_id not in set(moved)],
    }


def _acknowledge(alert: Alert, cause: Cause) -> None:
    alert.status, alert.snoozed_until = ACKNOWLEDGED, None
    alert.acknowledged_at, alert.acknowledged_by = cause.at, cause.by
    keep(alert, ACKNOWLEDGED, cause)


def _take(alert_id: int, to: str) -> Alert:
    """The alert, held so that of two people at once the second sees what the first did."""
    hold_alerts()
    alert = get_row(Alert, alert_id, for_change=True)
    if not can_move(alert.status, to):
        details = {"status": alert.status, "wanted": to}
        if alert.acknowledged_by and alert.status == ACKNOWLEDGED:
            details["acknowledged_by"] = alert.acknowledged_by
        raise CannotMove(details=details)
    return alert


def _refuse_second(alert: Alert) -> None:
    """The index that lets one alert be open for a key, told in words."""
    other = select(Alert.id).where(Alert.dedup_key == alert.dedup_key, Alert.status != RESOLVED)
    open_id = db.session.scalars(other).first()
    if open_id is not None:
        raise OpenedAnew(details={"alert_id": open_id})
