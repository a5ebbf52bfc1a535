"""Carrying one message to one channel, with no transaction open: by mail or by a webhook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.core import strict_json
from app.core.mail import Letter, MailError, send, server_of
from app.core.settings import settings
from app.notifications.models import NotificationChannel
from app.notifications.rules.chats import body_of
from app.notifications.rules.mails import html_of, text_of
from app.notifications.rules.wording import Message
from app.notifications.service.addresses import BadPlace, fit_addresses
from app.notifications.service.posting import post
from app.notifications.values import EMAIL

WHOLE_SECONDS = 30.0
POST_SECONDS = 15.0
NO_SERVER = "No mail server is configured: set SMTP_URL."


@dataclass(frozen=True)
class Parcel:
    """A message and where it goes, apart from any session; `to` are those not served yet."""

    message: Message
    kind: str
    format: str
    to: Sequence[str]
    url: str | None
    message_id: str


@dataclass(frozen=True)
class Outcome:
    """How it went; `left` are the addresses that were not served, but may be later."""

    is_delivered: bool
    is_temporary: bool
    words: str
    wait: timedelta | None = None
    left: Sequence[str] | None = None


def parcel_of(
    channel: NotificationChannel, message: Message, message_id: str, left: Sequence[str] | None
) -> Parcel:
    to = left if left is not None else channel.recipients or ()
    return Parcel(message, channel.kind, channel.format, to, channel.url, message_id)


def carry(parcel: Parcel, now: datetime, seconds: float | None = None) -> Outcome:
    """Try once, within 30 s by mail and 15 s by webhook unless told otherwise."""
    if parcel.kind == EMAIL:
        return _mail(parcel, seconds or WHOLE_SECONDS)
    return _post(parcel, now, seconds or POST_SECONDS)


def _mail(parcel: Parcel, seconds: float) -> Outcome:
    server = server_of(settings())
    if server is None:
        return Outcome(False, True, NO_SERVER)
    message = parcel.message
    letter = Letter(
        to=parcel.to,
        subject=f"[Holdfast] {message.subject}",
        text=text_of(message),
        html=html_of(message),
        message_id=parcel.message_id,
        written_at=message.written_at,
    )
    try:
        refusals = send(server, letter, seconds)
    except MailError as error:
        return Outcome(False, error.is_temporary, error.message)
    if refusals.temporary:
        words = f"Some were not served: {'; '.join(refusals.temporary.values())}"
        return Outcome(False, True, words, left=list(refusals.temporary))
    if refusals.permanent:
        return Outcome(True, False, f"Refused for some: {'; '.join(refusals.permanent.values())}")
    return Outcome(True, False, "Taken.")


def _post(parcel: Parcel, now: datetime, seconds: float) -> Outcome:
    """The address is looked up anew each time: what it means may have changed."""
    url = parcel.url or ""
    try:
        addresses = fit_addresses(urlsplit(url).hostname or "")
    except BadPlace as bad:
        return Outcome(False, not bad.is_refused, bad.message)
    body = strict_json.dumps(body_of(parcel.format, parcel.message))
    # Of no use to chats; who writes a receiver of their own knows a second copy by it.
    headers = {"Idempotency-Key": parcel.message.key}
    answer = post(url, addresses, body, headers, seconds, now)
    return Outcome(answer.is_taken, answer.is_temporary, answer.words, answer.wait)
