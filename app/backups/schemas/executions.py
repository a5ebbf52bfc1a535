"""The wire format of executions, runs and restores."""

from marshmallow import Schema, fields, validate

from app.backups.values import BACKUP, BACKUP_TYPES, KINDS, STATUSES, TRIGGERS
from app.core.schemas import Flag, Moment, PageQuery, StrictSchema, Text, Whole, Word

_COUNT = {"example": 120}
_BYTES = {"example": 1048576}


class RunRequestSchema(StrictSchema):
    backup_type = Word(BACKUP_TYPES, metadata={"description": "Default: the job's."})
    notify = Flag(
        load_default=True,
        metadata={"description": "false keeps success and warning quiet, never a failure."},
    )


class RunQuery(StrictSchema):
    wait = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=300),
        metadata={
            "description": "Seconds to wait for the run's end before answering, up to 300.",
            "example": 60,
        },
    )


class RestoreRequestSchema(StrictSchema):
    snapshot = fields.String(
        load_default="latest",
        validate=validate.Regexp(
            r"(latest|[0-9a-f]{8,64})\Z", error="Must be `latest` or a snapshot's id."
        ),
        metadata={"example": "latest"},
    )
    include = fields.List(
        Text(1000, shortest=1, metadata={"example": "/srv/finance/2026"}),
        load_default=list,
        validate=validate.Length(max=1000),
    )
    target = Text(
        1000,
        shortest=1,
        required=True,
        metadata={
            "description": "A folder under an allowed restore root.",
            "example": "/srv/restores/finance",
        },
    )
    overwrite = Flag(load_default=False, metadata={"example": False})


class ExecutionSchema(Schema):
    """One run of a job, or one restore from it."""

    id = Whole(1)
    execution_id = Whole(1, metadata={"description": "The same as `id`."})
    job_id = Whole(1)
    kind = Word(KINDS)
    status = Word(STATUSES, metadata={"example": "success"})
    trigger = Word(TRIGGERS)
    backup_type = fields.String(allow_none=True, metadata={"example": "incremental"})
    execution_date = Moment(metadata={"description": "Its start."})
    started_at = Moment(allow_none=True)
    finished_at = Moment(allow_none=True)
    duration_seconds = fields.Float(allow_none=True, metadata={"example": 12.5})
    backup_size_bytes = Whole(0, allow_none=True, metadata=_BYTES)
    bytes_added = Whole(0, allow_none=True, metadata=_BYTES)
    files_total = Whole(0, allow_none=True, metadata=_COUNT)
    files_changed = Whole(0, allow_none=True, metadata=_COUNT)
    progress = fields.Float(
        allow_none=True,
        metadata={"description": "0-1, while it runs.", "example": None},
    )
    bytes_done = Whole(0, allow_none=True, metadata=_BYTES)
    bytes_total = Whole(0, allow_none=True, metadata=_BYTES)
    files_done = Whole(0, allow_none=True, metadata=_COUNT)
    snapshot_id = fields.String(allow_none=True, metadata={"example": "4f1c2d3e"})
    runner = fields.String(allow_none=True, metadata={"example": None})
    attempt = Whole(0)
    retry_of = Whole(1, allow_none=True, metadata={"example": None})
    notify = fields.Boolean()
    error_code = fields.String(allow_none=True, metadata={"example": None})
    error_message = fields.String(allow_none=True, metadata={"example": None})
    source_system = fields.String(allow_none=True, metadata={"example": None})
    requested_by = fields.String(allow_none=True, metadata={"example": "admin"})
    trace_id = fields.String(allow_none=True)
    encoding_repaired = fields.Boolean(metadata={"example": False})
    restore_snapshot = fields.String(allow_none=True, metadata={"example": None})
    restore_include = fields.List(fields.String(), allow_none=True, metadata={"example": None})
    restore_target = fields.String(allow_none=True, metadata={"example": None})
    cancel_requested_at = Moment(allow_none=True, metadata={"example": None})
    created_at = Moment()


class ExecutionQuery(PageQuery):
    result = Word(STATUSES)
    trigger = Word(TRIGGERS)
    kind = Word([*KINDS, "all"], metadata={"description": f"Default: {BACKUP}."})
    from_ = Moment(data_key="from", metadata={"description": "First moment of its start."})
    to = Moment(metadata={"description": "Its start lies before this."})
