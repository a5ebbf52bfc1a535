"""What people do to channels: made, shown, changed, deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.core.db import db
from app.core.errors import NotFound, ValidationFailed
from app.core.integrity import flush_unless_taken
from app.core.models import defaults_of, get_row, live
from app.core.outside import outside
from app.core.pagination import Listing, Ordering, equal
from app.notifications.errors import NameTaken
from app.notifications.models import NotificationChannel
from app.notifications.rules.masks import shown_url
from app.notifications.service import outages, waiting
from app.notifications.service.addresses import BadPlace, check_shape, fit_addresses
from app.notifications.values import EMAIL

DEFAULTS = defaults_of(NotificationChannel)
ORDERING = Ordering(
    key=NotificationChannel.id,
    columns={
        "id": NotificationChannel.id,
        "name": NotificationChannel.name,
        "kind": NotificationChannel.kind,
        "created_at": NotificationChannel.created_at,
    },
    default="name",
)


def list_channels(query: dict[str, Any]) -> Listing:
    statement = equal(_made_by_people(), NotificationChannel, query, ("kind", "is_active"))
    if "search" in query:
        text = query["search"]
        statement = statement.where(NotificationChannel.name.icontains(text, autoescape=True))
    return Listing(statement, ORDERING)


def list_all() -> Sequence[NotificationChannel]:
    """Every channel of the tenant, by name."""
    return db.session.scalars(_made_by_people().order_by(NotificationChannel.name)).all()


def get_channel(channel_id: int, **options: Any) -> NotificationChannel:
    """Raises NotFound (also for what a job's own address is told by), PreconditionFailed."""
    channel = get_row(NotificationChannel, channel_id, **options)
    if channel.address is not None:
        raise NotFound("There is no notification channel with this id.", details={"id": channel_id})
    return channel


def create_channel(fields: dict[str, Any]) -> NotificationChannel:
    """A webhook's host is looked up, outside the transaction; one that is not known yet is
    taken, and judged when it is used. Raises ValidationFailed, NameTaken, TooManyWaiting."""
    _check_kind(fields["kind"], fields)
    _check_place(fields)
    channel = NotificationChannel(**DEFAULTS)
    _apply(channel, fields)
    _check_whole(channel)
    db.session.add(channel)
    _flush()
    return channel


def update_channel(
    channel_id: int, fields: dict[str, Any], now: datetime, *, expected_version: int | None
) -> NotificationChannel:
    """Replace the given fields; a masked address stays as it is, and a channel stays of its
    kind. Raises NotFound, PreconditionFailed, ValidationFailed, NameTaken, TooManyWaiting."""
    channel = get_channel(channel_id, expected_version=expected_version)
    if fields.get("url") is not None and fields["url"] == channel.url_shown:
        fields = {name: value for name, value in fields.items() if name != "url"}
    if fields.get("kind", channel.kind) != channel.kind:
        raise ValidationFailed.on("kind", "A channel stays of its kind: make another one.")
    _check_kind(channel.kind, fields)
    _check_place(fields)
    channel = get_channel(channel_id, for_change=True, expected_version=expected_version)
    _apply(channel, fields)
    _check_whole(channel)
    _flush()
    waiting.plan(channel, now)
    return channel


def delete_channel(
    channel_id: int, now: datetime, *, expected_version: int | None
) -> NotificationChannel:
    """Mark it deleted: what was sent stays readable, its address does not, and what waits is
    dropped. Raises NotFound, PreconditionFailed."""
    channel = get_channel(channel_id, for_change=True, expected_version=expected_version)
    outages.end(channel, now)
    channel.deleted_at = now
    channel.url = None
    db.session.flush()
    return channel


def _check_kind(kind: str, fields: dict[str, Any]) -> None:
    others = "url" if kind == EMAIL else "recipients"
    if fields.get(others) is not None:
        raise ValidationFailed.on(others, f"Not of the kind {kind}.")


def _check_place(fields: dict[str, Any]) -> None:
    """Refuse a host that nobody may be sent to."""
    if fields.get("url") is None:
        return
    host = check_shape(fields["url"])
    try:
        outside(lambda: fit_addresses(host))
    except BadPlace as bad:
        # A name that is not known here, yet, is no reason to refuse what is only written down.
        if bad.is_refused:
            raise ValidationFailed.on("url", bad.message) from bad


def _apply(channel: NotificationChannel, fields: dict[str, Any]) -> None:
    """Set what was given; null clears an optional field back to its default."""
    for name, value in fields.items():
        setattr(channel, name, DEFAULTS.get(name) if value is None else value)
    if "url" in fields:
        channel.url_shown = None if fields["url"] is None else shown_url(fields["url"])


def _check_whole(channel: NotificationChannel) -> None:
    name = "recipients" if channel.kind == EMAIL else "url"
    if not getattr(channel, name):
        raise ValidationFailed.on(name, f"Required of the kind {channel.kind}.")


def _flush() -> None:
    taken = NameTaken(details={"name": [NameTaken.message]})
    flush_unless_taken("uq_notification_channels_name", taken)


def _made_by_people() -> Select[NotificationChannel]:
    """Not those by which a job's own address is told."""
    return select(NotificationChannel).where(
        live(NotificationChannel), NotificationChannel.address.is_(None)
    )
