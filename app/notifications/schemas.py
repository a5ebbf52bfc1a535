"""The wire format of notification channels and of what was sent."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core.schemas import (
    ClearableSchema,
    Flag,
    Moment,
    Name,
    PageQuery,
    QueryFlag,
    QueryId,
    Shown,
    Text,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)
from app.events.values import CRITICAL, HIGH, INFO, LOW, MEDIUM
from app.notifications.values import DIGESTS, FORMATS, KINDS, MESSAGE_KINDS, STATUSES
from app.tenants.schemas import Complete, QuietHoursSchema

SEVERITIES = (INFO, LOW, MEDIUM, HIGH, CRITICAL)
_TYPE = re.compile(r"(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.?\*)?)")
_MOST_RECIPIENTS = 50
_URL = "https://hooks.slack.com/********"


class EventType(Text):
    """A type of event, or the beginning of some followed by `*`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(60, shortest=1, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not _TYPE.fullmatch(text):
            raise ValidationError("Must be a type such as backup.failed, or backup.* for all.")
        return text


class ChannelFields(Schema):
    """The fields that people set."""

    recipients = fields.List(
        fields.Email(validate=validate.Length(max=254), metadata={"example": "ops@example.com"}),
        validate=validate.Length(min=1, max=_MOST_RECIPIENTS),
        allow_none=True,
        metadata={"description": "Of e-mail: whom it is sent to."},
    )
    format = Word(FORMATS, metadata={"description": "Of a webhook: the shape of what is posted."})
    min_severity = Word(SEVERITIES, metadata={"example": "medium"})
    event_types = fields.List(
        EventType(metadata={"example": "backup.*"}),
        validate=validate.Length(min=1, max=100),
        allow_none=True,
        metadata={"description": "null: every alert, and no mere event.", "example": None},
    )
    quiet_hours = Complete(
        QuietHoursSchema,
        allow_none=True,
        metadata={"description": "null: the tenant's.", "example": None},
    )
    digest = Word(
        DIGESTS, metadata={"description": "daily: at the tenant's digest times.", "example": "off"}
    )
    is_active = Flag(metadata={"example": True})


class ChannelInput(ClearableSchema, ChannelFields):
    """A channel as people write it."""

    name = Name(100, required=True, metadata={"example": "On call"})
    kind = Word(KINDS, required=True, metadata={"example": "email"})
    url = Text(
        2000,
        shortest=1,
        metadata={
            "description": "Of a webhook: its address, which is never shown again.",
            "example": None,
        },
    )


class ChannelCreateSchema(ChannelInput):
    """A new channel."""


class ChannelSchema(Shown, ChannelFields):
    """A channel as it is shown."""

    name = fields.String(metadata={"example": "On call"})
    kind = Word(KINDS, metadata={"example": "email"})
    url = fields.String(attribute="url_shown", allow_none=True, metadata={"example": _URL})
    next_send_at = Moment(
        attribute="due_at",
        allow_none=True,
        dump_only=True,
        metadata={"description": "When what waits now is sent; null when nothing waits."},
    )
    last_success_at = Moment(allow_none=True, dump_only=True)
    last_error = fields.String(allow_none=True, dump_only=True, metadata={"example": None})
    last_error_at = Moment(allow_none=True, dump_only=True, metadata={"example": None})
    failing_since = Moment(
        allow_none=True,
        dump_only=True,
        metadata={"description": "Messages are given up since then.", "example": None},
    )


class ChannelUpdateSchema(ChannelInput, UpdateSchema):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(ChannelSchema)


class ChannelQuery(PageQuery):
    kind = Word(KINDS)
    is_active = QueryFlag()
    search = fields.String(
        validate=validate.Length(max=100), metadata={"description": "A part of the name."}
    )


class TestedSchema(Schema):
    """How a test message went."""

    delivered = fields.Boolean()
    message = fields.String(metadata={"example": "Taken."})
    recipient = fields.String(metadata={"example": "o***@example.com"})
    notification_id = Whole(1)


class TrySchema(Schema):
    """One attempt to deliver."""

    at = fields.String(metadata={"format": "date-time", "example": "2026-01-31T02:05:00Z"})
    result = fields.String(metadata={"example": "taken"})
    message = fields.String(metadata={"example": "Taken."})


class NotificationSchema(Schema):
    """One message, and each attempt to deliver it."""

    id = Whole(1)
    channel_id = Whole(
        1,
        attribute="shown_channel_id",
        allow_none=True,
        metadata={"description": "null: a job's own notification_email."},
    )
    kind = Word(MESSAGE_KINDS, metadata={"example": "single"})
    recipient = fields.String(metadata={"example": "o***@example.com"})
    title = fields.String(metadata={"example": "Finance share failed"})
    severity = fields.String(metadata={"example": "high"})
    items_count = Whole(0, metadata={"description": "How many things it tells of."})
    status = Word(STATUSES, metadata={"example": "sent"})
    attempts = Whole(0, metadata={"example": 1})
    tries = fields.List(fields.Nested(TrySchema))
    next_attempt_at = Moment(allow_none=True, metadata={"example": None})
    created_at = Moment()
    finished_at = Moment(allow_none=True)
    last_error = fields.String(allow_none=True, metadata={"example": None})


class NotificationQuery(PageQuery):
    channel_id = QueryId(metadata={"example": 7})
    alert_id = QueryId(metadata={"example": 7})
    status = Word(STATUSES)
    kind = Word(MESSAGE_KINDS)
    from_ = Moment(data_key="from", metadata={"description": "Made at this moment or later."})
    to = Moment(metadata={"description": "Made before this moment."})
