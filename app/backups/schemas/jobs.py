"""The wire format of backup jobs."""

from marshmallow import Schema, fields, validate

from app.backups.values import (
    BACKUP_TOOLS,
    BACKUP_TYPES,
    COMPLIANCE_STATUSES,
    SCHEDULE_TYPES,
    STATUSES,
)
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
    TimeZone,
    UpdateSchema,
    Whole,
    Word,
    read_only_names,
)

_TIME = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Must be HH:MM.")
_CUSTOM_ONLY = {"description": "Five fields, for `custom` only.", "example": None}


class JobFields(Schema):
    """The fields that people set; every other one follows from runs."""

    description = Text(500, allow_none=True, metadata={"example": "The finance share"})
    schedule_time = fields.String(
        validate=_TIME, allow_none=True, metadata={"description": "HH:MM", "example": "02:00"}
    )
    schedule_days = Text(
        200,
        allow_none=True,
        metadata={"description": "`mon,thu` or `1,15,last`.", "example": None},
    )
    cron = Text(200, allow_none=True, metadata=_CUSTOM_ONLY)
    grace_minutes = Whole(0, 525_600, metadata={"example": 60})
    retention_days = Whole(1, 3650, metadata={"example": 30})
    priority = Whole(1, 10, metadata={"description": "10 is the most urgent.", "example": 5})
    is_active = Flag(metadata={"example": True})
    notification_email = fields.Email(
        validate=validate.Length(max=254),
        allow_none=True,
        metadata={"example": "ops@example.com"},
    )
    tags = fields.List(Name(50, metadata={"example": "finance"}), validate=validate.Length(max=50))
    backup_tool = Word(BACKUP_TOOLS)
    runner = Name(
        100,
        allow_none=True,
        metadata={"description": "The host that executes; null is this server.", "example": None},
    )
    storage_id = Whole(1, allow_none=True, metadata={"description": "Default: the tenant's."})
    excludes = fields.List(
        Text(500, shortest=1, metadata={"example": "*.tmp"}), validate=validate.Length(max=200)
    )
    max_runtime_minutes = Whole(1, 525_600, allow_none=True, metadata={"example": 240})
    max_retries = Whole(0, 5, metadata={"example": 0})


class JobInput(ClearableSchema, JobFields):
    """A job as people write it; timezone is here since its default is the tenant's."""

    name = Name(200, required=True, metadata={"example": "Finance share"})
    source_path = Text(1000, shortest=1, required=True, metadata={"example": "/srv/finance"})
    backup_type = Word(BACKUP_TYPES, required=True, metadata={"example": "incremental"})
    schedule_type = Word(SCHEDULE_TYPES, required=True, metadata={"example": "daily"})
    timezone = TimeZone(metadata={"description": "IANA name.", "example": "Europe/Berlin"})


class JobCreateSchema(JobInput):
    """A new job."""


class JobSchema(Shown, JobFields):
    """A job as it is shown."""

    name = fields.String(metadata={"example": "Finance share"})
    source_path = fields.String(metadata={"example": "/srv/finance"})
    backup_type = Word(BACKUP_TYPES)
    schedule_type = Word(SCHEDULE_TYPES, metadata={"example": "daily"})
    timezone = fields.String(metadata={"example": "Europe/Berlin"})
    owner_id = Whole(1, allow_none=True, dump_only=True)
    last_run = Moment(allow_none=True, dump_only=True)
    next_run = Moment(allow_none=True, dump_only=True)
    last_result = fields.String(allow_none=True, dump_only=True, metadata={"example": "success"})
    last_success_at = Moment(allow_none=True, dump_only=True)
    consecutive_failures = Whole(0, dump_only=True, metadata={"example": 0})
    compliance_status = Word(COMPLIANCE_STATUSES, dump_only=True, metadata={"example": "unknown"})
    last_verified_at = Moment(allow_none=True, dump_only=True)
    last_proven_restorable_at = Moment(allow_none=True, dump_only=True)
    restore_seconds = fields.Float(allow_none=True, dump_only=True, metadata={"example": 42.5})


class JobUpdateSchema(JobInput, UpdateSchema):
    """A change of the given fields; what GET gave besides them is ignored."""

    ignores = read_only_names(JobSchema)


class JobQuery(PageQuery):
    is_active = QueryFlag()
    backup_type = Word(BACKUP_TYPES)
    backup_tool = Word(BACKUP_TOOLS)
    schedule_type = Word(SCHEDULE_TYPES)
    last_result = Word(STATUSES)
    owner_id = QueryId()
    tag = fields.String(validate=validate.Length(max=50))
    priority = fields.Integer(validate=validate.Range(1, 10))
    overdue = QueryFlag()
    search = fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={"description": "In name, description and source_path."},
    )
