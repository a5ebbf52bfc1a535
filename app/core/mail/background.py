"""The background work of mail: sending what the outbox holds, and forgetting what it held."""

from datetime import datetime, timedelta
from functools import partial

from flask import Flask

from app.core import background
from app.core.errands import Errands
from app.core.mail import sending
from app.core.mail.models import OutgoingMail

PAUSE_SECONDS = 3.0
PLACES = 2
KEPT = timedelta(days=30)


def register(app: Flask) -> None:
    """Let schedulers send, beside their other steps: a mail server may hang."""
    errands = Errands(app, "mail", PLACES)
    background.every(app, "mail", partial(send_due, errands), PAUSE_SECONDS)
    background.purge(app, OutgoingMail.created_at, KEPT, is_in_order=True)


def send_due(errands: Errands, now: datetime) -> int:
    """Begin to send as many as there are places for."""
    claims = sending.claim_due(now, errands.free)
    for claim in claims:
        errands.begin(sending.deliver, claim, now)
    return len(claims)
