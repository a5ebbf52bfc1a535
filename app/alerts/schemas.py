"""The wire format of alerts."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.alerts.values import LONGEST_SNOOZE, SEVERITIES, STATUSES, TURNS
from app.core.schemas import (
    Moment,
    PageQuery,
    QueryId,
    Shown,
    StrictSchema,
    Text,
    Whole,
    Word,
)

_TITLE = {"example": "Finance share failed"}
_TYPE = {"example": "backup.failed"}
MOST_AT_ONCE = 500


class Words(fields.String):
    """One or several of a closed list of words, between commas; loaded as a list."""

    def __init__(self, allowed: Iterable[str], **kwargs: Any) -> None:
        self._allowed = tuple(allowed)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        words = [word.strip() for word in text.split(",")]
        if not set(words) <= set(self._allowed):
            raise ValidationError(f"Must be of: {', '.join(self._allowed)}.")
        return words


class AlertQuery(PageQuery):
    """`status` and `severity` take several words, between commas."""

    status = Words(STATUSES, metadata={"example": "open,acknowledged"})
    severity = Words(SEVERITIES, metadata={"example": "high,critical"})
    type = Text(60, metadata=_TYPE)
    backup_id = QueryId()
    parent_id = QueryId(
        metadata={"description": "What this alert explains; without it those are left out."}
    )


class SubjectSchema(Schema):
    """What it is about."""

    type = fields.String(metadata={"example": "backup"})
    id = Whole(1, allow_none=True)


class AlertSchema(Shown):
    """What is wrong now, or was.

    `count` counts its events, `flaps` how often it came back within the hour. `parent_id` is the
    alert that explains it.
    """

    type = fields.String(metadata=_TYPE)
    dedup_key = fields.String(metadata={"example": "backup.failed:backup:7"})
    severity = Word(SEVERITIES, metadata={"example": "high"})
    status = Word(STATUSES)
    title = fields.String(metadata=_TITLE)
    message = fields.String(allow_none=True, metadata={"example": None})
    subject = fields.Nested(SubjectSchema, allow_none=True)
    backup_id = Whole(1, allow_none=True)
    data = fields.Dict(metadata={"example": {"error_code": "STORAGE_FULL"}})
    count = Whole(1)
    flaps = Whole(0, metadata={"example": 0})
    is_flapping = fields.Boolean(metadata={"example": False})
    first_seen_at = Moment()
    last_seen_at = Moment()
    opened_at = Moment()
    acknowledged_at = Moment(allow_none=True)
    acknowledged_by = fields.String(allow_none=True, metadata={"example": None})
    snoozed_until = Moment(allow_none=True)
    resolved_at = Moment(allow_none=True)
    resolved_by = fields.String(allow_none=True, metadata={"example": None})
    parent_id = Whole(1, allow_none=True, metadata={"example": None})
    last_event_id = Whole(
        1,
        allow_none=True,
        metadata={"description": "The newest event of it, or the one that ended it."},
    )


class TurnSchema(Schema):
    """What became of it, by an event or by somebody."""

    kind = Word(TURNS, metadata={"example": "opened"})
    occurred_at = Moment()
    event_id = Whole(1, allow_none=True)
    by = fields.String(allow_none=True, metadata={"example": None})
    comment = fields.String(allow_none=True, metadata={"example": None})


class AlertDetailSchema(AlertSchema):
    """An alert with what it explains and with its newest turns, newest first."""

    children = fields.List(fields.Nested(AlertSchema))
    children_total = Whole(0)
    history = fields.List(fields.Nested(TurnSchema))


class CommentedSchema(StrictSchema):
    comment = Text(2000, allow_none=True, metadata={"example": "The disk was changed."})


class SnoozeSchema(CommentedSchema):
    until = Moment(
        required=True,
        metadata={
            "description": f"In the future, {LONGEST_SNOOZE.days} days at most.",
        },
    )


class BulkSchema(StrictSchema):
    ids = fields.List(
        Whole(1),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE),
        metadata={"example": [7]},
    )
    comment = Text(2000, allow_none=True, metadata={"example": "On it."})


class AcknowledgedSchema(Schema):
    """The ids that were acknowledged now, and those that had been, or are resolved."""

    acknowledged = fields.List(Whole(1))
    unchanged = fields.List(Whole(1))


StatusCountsSchema = Schema.from_dict(
    {status: Whole(0) for status in STATUSES}, name="AlertStatusCountsSchema"
)
SeverityCountsSchema = Schema.from_dict(
    {severity: Whole(0) for severity in SEVERITIES}, name="AlertSeverityCountsSchema"
)


class AlertSummarySchema(Schema):
    """How many alerts there are, children left out.

    `by_severity` and `by_type` count what is not resolved, `children` what parents explain.
    """

    by_status = fields.Nested(StatusCountsSchema)
    by_severity = fields.Nested(SeverityCountsSchema)
    by_type = fields.Dict(
        keys=fields.String(), values=Whole(0), metadata={"example": {"backup.failed": 3}}
    )
    unresolved = Whole(0)
    flapping = Whole(0)
    children = Whole(0)
    oldest_open_at = Moment(allow_none=True)
    next_wake_at = Moment(allow_none=True, metadata={"description": "When a snooze ends next."})
