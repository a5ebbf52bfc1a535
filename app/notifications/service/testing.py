"""Trying a channel at once, and saying what is to be mended."""

from dataclasses import dataclass
from datetime import datetime

from app.core.db import db
from app.core.mail import new_message_id
from app.core.outside import outside
from app.core.settings import settings
from app.events.values import INFO
from app.notifications.models import Notification
from app.notifications.rules.wording import TEST_TITLE
from app.notifications.service import carrying, outages, sending
from app.notifications.service.channels import get_channel
from app.notifications.service.composing import compose
from app.notifications.service.flushing import recipient_of
from app.notifications.values import FAILED, REFUSED, SENT, TEST

# The contract's 15 s, less what looking up a name and the answer itself take.
SECONDS = 12.0


@dataclass(frozen=True)
class Tested:
    """How a test message went."""

    delivered: bool
    message: str
    recipient: str
    notification_id: int


def try_channel(channel_id: int, now: datetime) -> Tested:
    """Send a message now, once, outside the transaction, and keep how it went; also by a
    channel that is switched off. Raises NotFound, TooManyWaiting."""
    channel = get_channel(channel_id)
    made = Notification(
        tenant_id=channel.tenant_id,
        channel_id=channel.id,
        kind=TEST,
        recipient=recipient_of(channel),
        title=TEST_TITLE,
        severity=INFO,
        attempts=1,
        tries=[],
        created_at=now,
        message_id=new_message_id(settings()),
    )
    parcel = carrying.parcel_of(channel, compose(made), made.message_id, None)
    outcome = outside(lambda: carrying.carry(parcel, now, SECONDS))
    channel = get_channel(channel_id, for_change=True)
    sending.note_try(made, outcome, REFUSED, now)
    sending.finish(made, SENT if outcome.is_delivered else FAILED, now)
    if outcome.is_delivered:
        outages.note_success(channel, now)
    else:
        outages.note_error(channel, outcome.words, now)
    db.session.add(made)
    db.session.flush()
    return Tested(outcome.is_delivered, outcome.words, made.recipient, made.id)
