"""Sending what was put together: claimed by one scheduler, carried, and each attempt kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import db
from app.core.logging import get_logger
from app.core.retrying import MOST_ATTEMPTS, pause_after
from app.core.tenancy import as_tenant, unscoped
from app.notifications.models import Notification, NotificationChannel
from app.notifications.service import carrying, outages
from app.notifications.service.carrying import Outcome, Parcel
from app.notifications.service.composing import compose
from app.notifications.service.standing import UNSENT, why_unsent
from app.notifications.values import (
    AGAIN,
    FAILED,
    PENDING,
    REFUSED,
    SENT,
    TAKEN,
)

log = get_logger("notifications")
# Longer than the whole of an attempt: past it, whoever sent it is gone.
LEASE = timedelta(seconds=90)
LOST = "Whoever sent it ended before the answer was kept."
_TABLE: Any = Notification.__table__


@dataclass(frozen=True)
class Claim:
    """A notification that is ours to send; nobody else's until its lease ends."""

    notification_id: int
    tenant_id: int
    attempt: int


def claim_due(now: datetime, most: int) -> list[Claim]:
    """Take what is due, each by one scheduler, each tenant's first before anybody's second.

    The attempt is counted before it is made: one that kills whoever makes it must come to an end.
    """
    if most <= 0:
        return []
    due = _TABLE.c.next_attempt_at <= now
    turn = func.row_number().over(
        partition_by=_TABLE.c.tenant_id, order_by=(_TABLE.c.next_attempt_at, _TABLE.c.id)
    )
    ranked = select(_TABLE.c.id, turn.label("turn")).where(due).subquery()
    with unscoped():
        first = select(ranked.c.id).order_by(ranked.c.turn, ranked.c.id).limit(most)
        # Named twice, so that of two schedulers at once only one finds the row still due.
        claimed = db.session.execute(
            update(_TABLE)
            .where(_TABLE.c.id.in_(first), due)
            .values(next_attempt_at=now + LEASE, attempts=_TABLE.c.attempts + 1)
            .returning(_TABLE.c.id, _TABLE.c.tenant_id, _TABLE.c.attempts)
        ).all()
    return [Claim(*row) for row in claimed]


def deliver(claim: Claim, now: datetime) -> None:
    """Carry a claimed one and keep what became of it, unless the lease was lost meanwhile."""
    parcel = parcel_of(claim, now)
    if parcel is None:
        return
    outcome = carrying.carry(parcel, now)
    with as_tenant(claim.tenant_id):
        found = _ours(claim)
        if found is not None:
            keep(*found, outcome, now)
    log.info(
        "notification_attempted",
        notification_id=claim.notification_id,
        attempt=claim.attempt,
        delivered=outcome.is_delivered,
    )


def keep(
    notification: Notification, channel: NotificationChannel, outcome: Outcome, now: datetime
) -> None:
    """Write an attempt down; what was given up or got through is told of the channel too."""
    is_again = outcome.is_temporary and notification.attempts < MOST_ATTEMPTS
    words = outcome.words[:500]
    note_try(notification, outcome, AGAIN if is_again else REFUSED, now)
    if outcome.left is not None:
        notification.left = list(outcome.left)
    if outcome.is_delivered:
        finish(notification, SENT, now)
        outages.note_success(channel, now)
    elif is_again:
        pause = max(pause_after(notification.attempts), outcome.wait or timedelta(0))
        notification.next_attempt_at = now + pause
        outages.note_error(channel, words, now)
    else:
        finish(notification, FAILED, now)
        outages.begin(channel, words, now)
    db.session.flush()


def note_try(notification: Notification, outcome: Outcome, otherwise: str, now: datetime) -> None:
    """Write down when it was tried and how that went."""
    result = TAKEN if outcome.is_delivered else otherwise
    words = outcome.words[:500]
    told = {"at": clock.to_wire(now), "result": result, "message": words}
    notification.tries = [*notification.tries, told]
    notification.last_error = None if outcome.is_delivered else words


def parcel_of(claim: Claim, now: datetime) -> Parcel | None:
    """What to carry; None when there is nothing to carry any more."""
    with as_tenant(claim.tenant_id):
        found = _ours(claim)
        if found is None:
            return None
        notification, channel = found
        if notification.attempts > MOST_ATTEMPTS:
            keep(notification, channel, Outcome(False, False, LOST), now)
            return None
        unsent = why_unsent(channel)
        if unsent is not None:
            notification.last_error = UNSENT[unsent]
            finish(notification, unsent, now)
            return None
        message = compose(notification)
        left = notification.left
        return carrying.parcel_of(channel, message, notification.message_id, left)


def _ours(claim: Claim) -> tuple[Notification, NotificationChannel] | None:
    """The rows of a claim that holds still, locked, the channel's first as everywhere."""
    seen = db.session.get(Notification, claim.notification_id)
    if seen is None:
        return None
    locked: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    channel = db.session.get_one(NotificationChannel, seen.channel_id, **locked)
    notification = db.session.get_one(Notification, seen.id, **locked)
    is_held = notification.status == PENDING and notification.attempts == claim.attempt
    return (notification, channel) if is_held else None


def finish(notification: Notification, status: str, now: datetime) -> None:
    notification.status = status
    notification.next_attempt_at = None
    notification.finished_at = now
