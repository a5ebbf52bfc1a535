"""The background work of notifications: taking in what happens, putting it together, sending."""

from datetime import datetime
from functools import partial

from flask import Flask

from app.core import background
from app.core.errands import Errands
from app.notifications.models import Notification
from app.notifications.service import flushing, following, sending, taking
from app.notifications.values import KEPT

PAUSE_SECONDS = 2.0
PLACES = 6


def register(app: Flask) -> None:
    """Let schedulers send beside their other steps: the other side may hang."""
    errands = Errands(app, "notifications", PLACES)
    background.every(app, "take_notices", taking.take_notices, PAUSE_SECONDS)
    background.every(app, "notify_of_events", following.follow_events, PAUSE_SECONDS)
    background.every(app, "gather_notifications", flushing.flush_due, PAUSE_SECONDS)
    background.every(app, "send_notifications", partial(send_due, errands), PAUSE_SECONDS)
    background.purge(app, Notification.created_at, KEPT, is_in_order=True)


def send_due(errands: Errands, now: datetime) -> int:
    """Begin to send as many as there are places for."""
    claims = sending.claim_due(now, errands.free)
    for claim in claims:
        errands.begin(sending.deliver, claim, now)
    return len(claims)
