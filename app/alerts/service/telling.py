"""Keeping the turns of an alert, and noting down which of them people are to be told of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from app.alerts.models import Alert, AlertNotice, AlertTurn
from app.alerts.values import OPEN, OPENED, REOPENED, RESOLVED
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an alert takes a turn: an event, somebody, or time alone.

    `is_quiet` means that nobody is to be told that something is wrong.
    """

    at: datetime
    now: datetime
    event_id: int | None = None
    by: str | None = None
    comment: str | None = None
    is_quiet: bool = False


def keep(alert: Alert, kind: str, cause: Cause) -> None:
    """Write the turn into the alert's history."""
    turn = AlertTurn(
        alert_id=alert.id,
        kind=kind,
        occurred_at=cause.at,
        event_id=cause.event_id,
        by=cause.by,
        comment=cause.comment,
    )
    db.session.add(turn)


def tell_trouble(alert: Alert, kind: str, cause: Cause, *, is_flapping: bool) -> None:
    """Let people know that something is wrong, unless another alert tells it or it flaps."""
    if cause.is_quiet or alert.parent_id is not None or alert.look_again_at is not None:
        return
    if is_flapping:
        alert.calm_at = alert.flaps_until
        return
    _note(alert, kind, cause)
    alert.told = OPEN


def tell_end(alert: Alert, cause: Cause, *, is_silent: bool = False) -> None:
    """Let people know that it is over, those who know of it at all."""
    if alert.told != OPEN:
        return
    if is_silent:
        alert.told = None
    elif alert.flaps_at(cause.now):
        alert.calm_at = alert.flaps_until
    else:
        _note(alert, RESOLVED, cause)
        alert.told = RESOLVED


def tell_calm(alert: Alert, cause: Cause) -> None:
    """It flaps no more: tell how it stands, unless that is what was told last."""
    alert.calm_at = None
    if alert.status == RESOLVED:
        tell_end(alert, cause)
    elif alert.status == OPEN and alert.told != OPEN:
        tell_trouble(alert, REOPENED, cause, is_flapping=False)


def take_back(alerts: Collection[Alert], now: datetime) -> None:
    """Leave untold what was not told yet: something else explains these alerts."""
    waiting = (
        AlertNotice.alert_id.in_([alert.id for alert in alerts]),
        AlertNotice.handled_at.is_(None),
        AlertNotice.kind.in_((OPENED, REOPENED)),
    )
    taken = db.session.scalars(
        update(AlertNotice).where(*waiting).values(handled_at=now).returning(AlertNotice.alert_id)
    ).all()
    for alert in alerts:
        if alert.id in taken:
            alert.told = None


def _note(alert: Alert, kind: str, cause: Cause) -> None:
    db.session.add(AlertNotice(alert_id=alert.id, kind=kind, occurred_at=cause.at))
