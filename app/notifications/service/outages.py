"""A channel's outage: told once when its first message is given up, and once when it is over."""

from datetime import datetime

from app.core.logging import MASK
from app.events import service as events
from app.events.values import NOTIFICATION_FAILED, NOTIFICATION_RECOVERED
from app.notifications.models import NotificationChannel
from app.notifications.service import waiting


def note_error(channel: NotificationChannel, words: str, now: datetime) -> None:
    waiting.note(channel, last_error=words, last_error_at=now)


def begin(channel: NotificationChannel, words: str, now: datetime) -> None:
    """A message was given up. The channel's row must be locked, so that it is told once."""
    note_error(channel, words, now)
    if channel.failing_since is None:
        waiting.note(channel, failing_since=now)
        _record(channel, NOTIFICATION_FAILED, "does not get through", words, now)


def end(channel: NotificationChannel, now: datetime) -> None:
    """It got through, or nobody is to be told by it any more; its row must be locked."""
    if channel.failing_since is not None:
        waiting.note(channel, failing_since=None)
        _record(channel, NOTIFICATION_RECOVERED, "is over its outage", None, now)


def note_success(channel: NotificationChannel, now: datetime) -> None:
    end(channel, now)
    waiting.note(channel, last_success_at=now, last_error=None, last_error_at=None)


def name_of(channel: NotificationChannel) -> str:
    """What may be seen of it by everybody who reads events."""
    if channel.address is None:
        return channel.name
    return f"{channel.address[:1]}{MASK[:3]}@{channel.address.rpartition('@')[2]}"


def _record(
    channel: NotificationChannel, type_: str, words: str, message: str | None, now: datetime
) -> None:
    fact = events.Fact(
        type_,
        f"Notification channel {name_of(channel)} {words}",
        now,
        NotificationChannel.audit_name,
        channel.id,
        message=message,
    )
    events.record(fact, tenant_id=channel.tenant_id)
