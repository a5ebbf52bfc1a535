"""The wire format of copies and snapshots."""

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, fields

from app.backups.values import COPY_STATUSES, MEDIA_TYPES
from app.core.schemas import (
    CalendarDate,
    ClearableSchema,
    Flag,
    Moment,
    Name,
    Shown,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)
from app.storage.values import LOCATION_TYPES


class DateOrMoment(fields.Date):
    """A calendar date, or a moment with an offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        kind = Moment if isinstance(value, str) and len(value) > 10 else CalendarDate
        found: date | datetime = kind()._deserialize(value, attr, data, **kwargs)
        return found


class CopyFields(Schema):
    """The fields that people set."""

    storage_id = Whole(1, allow_none=True, metadata={"example": None})
    location_type = Word(
        LOCATION_TYPES,
        metadata={"description": "Required without storage_id.", "example": "offsite"},
    )
    media_type = Word(
        MEDIA_TYPES,
        metadata={"description": "Required without storage_id.", "example": "tape"},
    )
    is_immutable = Flag(metadata={"example": False})
    max_age_hours = Whole(1, 87_600, allow_none=True, metadata={"example": 168})
    status = Word(COPY_STATUSES)
    last_backup_date = DateOrMoment(
        allow_none=True,
        metadata={"description": "A date, or a time with an offset.", "example": "2026-01-31"},
    )
    last_backup_size_bytes = Whole(0, allow_none=True)


class CopyInput(ClearableSchema, CopyFields):
    """A copy as people write it."""

    name = Name(100, required=True, metadata={"example": "Tape vault"})


class CopyCreateSchema(CopyInput):
    """A new copy."""


class CopySchema(Shown, CopyFields):
    """A copy as it is shown; `is_system` marks the job's own repository."""

    job_id = Whole(1, dump_only=True)
    name = fields.String(metadata={"example": "Tape vault"})
    is_system = fields.Boolean(dump_only=True, metadata={"example": False})
    last_backup_at = Moment(allow_none=True, dump_only=True)


class CopyUpdateSchema(CopyInput, UpdateSchema):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(CopySchema)


class SnapshotSchema(Schema):
    """One restore point in the repository."""

    id = fields.String(metadata={"example": "4f1c2d3e"})
    short_id = fields.String(metadata={"example": "4f1c2d3e"})
    time = Moment()
    paths = fields.List(fields.String(metadata={"example": "/srv/finance"}))
    tags = fields.List(fields.String(metadata={"example": "execution-7"}))
    hostname = fields.String(metadata={"example": "backup1"})
    size_bytes = Whole(0, allow_none=True)
    files_total = Whole(0, allow_none=True)
