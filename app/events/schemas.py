"""The wire format of events."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core import strict_json
from app.core.schemas import (
    Moment,
    Name,
    PageQuery,
    QueryFlag,
    QueryId,
    Slug,
    StrictSchema,
    Text,
    Whole,
    Word,
)
from app.events.values import INFO, SEVERITIES, STATES

LARGEST_DATA = 16 * 1024
_ORDER = (
    "`-id` (the default), `id`, `occurred_at` or `-occurred_at`. `id` is the feed to follow: each "
    "event once, in the order of the commits; `next_cursor` is null on an empty page only, and "
    "the cursor sent is then the one to ask with again."
)


class Words(fields.String):
    """One or several words, by comma."""

    def __init__(self, allowed: tuple[str, ...] = (), **kwargs: Any) -> None:
        self._allowed = allowed
        super().__init__(validate=validate.Length(max=400), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        self._validate(text)
        words = [word.strip() for word in text.split(",")]
        strange = [word for word in words if self._allowed and word not in self._allowed]
        if strange or not all(words):
            raise ValidationError(f"Takes, by comma: {', '.join(self._allowed) or 'words'}.")
        return words

    def _validate(self, value: Any) -> None:
        """The words have been judged as they were split."""
        if isinstance(value, str):
            super()._validate(value)


class Data(fields.Dict):
    """Whatever JSON object another tool has to say, within reason."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found: Any = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if len(strict_json.dumps(found)) > LARGEST_DATA:
            raise ValidationError(f"Must be at most {LARGEST_DATA} bytes of JSON.")
        if "alert" in found:
            raise ValidationError("`alert` is filled from dedup_key and state.")
        return found


class EventQuery(PageQuery):
    sort = fields.String(validate=validate.Length(max=200), metadata={"description": _ORDER})
    type = Words(
        metadata={
            "description": "Several by comma; `backup.*` is every type that begins so.",
            "example": "backup.failed",
        }
    )
    severity = Words(
        SEVERITIES, metadata={"description": "Several by comma.", "example": "high,critical"}
    )
    source = fields.String(validate=validate.Length(max=100))
    source_agent = fields.String(validate=validate.Length(max=100))
    backup_id = QueryId()
    from_ = Moment(data_key="from", metadata={"description": "Occurred then or later."})
    to = Moment(metadata={"description": "Occurred before."})
    tenant = Slug(
        metadata={
            "description": "Another tenant that the caller belongs to, by its slug; any for a "
            "platform administrator.",
            "example": "acme",
        }
    )
    include_deleted = QueryFlag(metadata={"description": "Takes `audit:read`.", "example": False})


class OneEventQuery(StrictSchema):
    include_deleted = QueryFlag(metadata={"description": "Takes `audit:read`.", "example": False})


class EventSubjectSchema(StrictSchema):
    """What it happened to."""

    type = Text(50, shortest=1, required=True, metadata={"example": "backup"})
    id = Whole(1, required=True, metadata={"example": 7})


class EventSchema(Schema):
    """A fact; `deleted_at` is told to auditors."""

    id = Whole(1)
    type = fields.String(metadata={"example": "backup.failed"})
    severity = Word(SEVERITIES)
    source = fields.String(metadata={"example": "holdfast"})
    source_agent = fields.String(allow_none=True, metadata={"example": None})
    title = fields.String(metadata={"example": "Backup of Files failed"})
    message = fields.String(allow_none=True, metadata={"example": None})
    subject = fields.Nested(
        EventSubjectSchema, allow_none=True, metadata={"example": {"type": "backup", "id": 7}}
    )
    data = fields.Dict()
    occurred_at = Moment()
    trace_id = fields.String(allow_none=True, metadata={"example": "4bf92f3577b34da6a3ce929d"})
    deleted_at = Moment(allow_none=True, metadata={"example": None})


class EventCreateSchema(StrictSchema):
    """What another tool tells of."""

    type = Text(60, required=True, metadata={"example": "external.ups.on_battery"})
    severity = Word(SEVERITIES, load_default=INFO)
    source = Name(
        100,
        metadata={"description": "Default: the caller's name.", "example": "ups-monitor"},
    )
    source_agent = Name(100, allow_none=True, metadata={"example": "nut 2.8"})
    title = Name(300, required=True, metadata={"example": "The UPS is on battery"})
    message = Text(10_000, allow_none=True)
    subject = fields.Nested(
        EventSubjectSchema,
        allow_none=True,
        metadata={
            "description": "What it happened to: a `backup` (job) or a `storage_provider`.",
            "example": None,
        },
    )
    data = Data()
    occurred_at = Moment(metadata={"description": "Default: now."})
    trace_id = fields.String(
        validate=validate.Regexp(r"[A-Za-z0-9._-]{1,128}\Z"),
        metadata={"description": "Default: this request's.", "example": "4bf92f3577b34da6"},
    )
    dedup_key = Name(
        300,
        metadata={
            "description": "Which trouble it tells of: events with one key make one alert.",
            "example": "ups-1",
        },
    )
    state = Word(
        STATES,
        metadata={
            "description": "`problem` opens an alert whatever the severity, `ok` resolves the one "
            "of the same key. Default: a problem from the severity `medium` on."
        },
    )
