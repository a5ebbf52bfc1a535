"""The wire format of runners, of what they are told to do, and of what they report."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.auth.values import DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS
from app.backups.values import (
    BACKUP_TOOLS,
    BACKUP_TYPES,
    CANCELLED,
    FAILED,
    KINDS,
    MAX_ERROR_MESSAGE,
    STATUSES,
    SUCCESS,
    TRIGGERS,
    WARNING,
)
from app.core.schemas import Moment, Name, PageQuery, QueryFlag, StrictSchema, Text, Whole, Word
from app.runners.values import (
    HEARTBEAT_SECONDS,
    MAX_LOG_LINE,
    MAX_LOG_LINES,
    MAX_WAIT_SECONDS,
)

_COUNT = {"example": 120}
_BYTES = {"example": 1048576}
_LOG = {"description": "Lines for the run's log; the time is added here."}
_LEASE = {"description": "So long a run lives without a heartbeat.", "example": 180}
_PACE = {"description": "Send one this often.", "example": HEARTBEAT_SECONDS}


def _lines() -> fields.List:
    line = Text(MAX_LOG_LINE, metadata={"example": "open /srv/finance/ledger.db: denied"})
    return fields.List(line, validate=validate.Length(max=MAX_LOG_LINES), metadata=_LOG)


class RunnerCreateSchema(StrictSchema):
    name = Name(
        100,
        required=True,
        metadata={"description": "As jobs name it in `runner`.", "example": "branch-office"},
    )


class RunnerQuery(PageQuery):
    online = QueryFlag()


class RotateRunnerSchema(StrictSchema):
    overlap_hours = Whole(
        0,
        MAX_OVERLAP_HOURS,
        load_default=DEFAULT_OVERLAP_HOURS,
        metadata={"description": "How long the old key stays valid.", "example": 24},
    )


class RunnerSchema(Schema):
    id = Whole(1)
    name = fields.String(metadata={"example": "branch-office"})
    online = fields.Boolean(metadata={"description": "Heard of within the last 90 seconds."})
    last_seen_at = Moment(allow_none=True)
    lost_at = Moment(allow_none=True, metadata={"example": None})
    platform = fields.String(allow_none=True, metadata={"example": "Linux-6.1-x86_64"})
    runner_version = fields.String(allow_none=True, metadata={"example": "1.0.0"})
    api_key_id = Whole(1)
    created_at = Moment()
    version = Whole(1)


class ShownRunnerSchema(RunnerSchema):
    """A runner as it is shown once: with its key."""

    key = fields.String(metadata={"example": "hf_ab12cd34ef56_0123456789abcdef"})


class ClaimRequestSchema(StrictSchema):
    wait_seconds = Whole(
        0,
        MAX_WAIT_SECONDS,
        load_default=0,
        metadata={"description": "Wait so long for a run when there is none.", "example": 0},
    )
    version = Text(50, metadata={"description": "The runner's own.", "example": "1.0.0"})
    platform = Text(200, metadata={"example": "Linux-6.1-x86_64"})


class WorkJobSchema(Schema):
    id = Whole(1)
    name = fields.String(metadata={"example": "Finance"})
    source_path = fields.String(metadata={"example": "/srv/finance"})
    excludes = fields.List(fields.String(metadata={"example": "*.tmp"}))
    backup_type = Word(BACKUP_TYPES)
    backup_tool = Word(BACKUP_TOOLS)
    retention_days = Whole(1, metadata={"example": 30})
    max_runtime_minutes = Whole(1, allow_none=True, metadata={"example": None})


class WayToRepositorySchema(Schema):
    """Secrets: keep them out of files, logs and process arguments."""

    location = fields.String(metadata={"example": "s3:https://s3.example.com/backups/1/17"})
    password = fields.String(metadata={"example": "correct-horse-battery-staple"})
    environment = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"example": {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}},
    )
    may_create = fields.Boolean(
        metadata={"description": "false: it was there before, and its absence is a failure."}
    )


class WorkRestoreSchema(Schema):
    snapshot = fields.String(metadata={"example": "latest"})
    include = fields.List(fields.String(metadata={"example": "/srv/finance/2026"}))
    target = fields.String(metadata={"example": "/srv/restores/finance"})
    overwrite = fields.Boolean(metadata={"example": False})


class WorkSchema(Schema):
    """A run that is the caller's from now on, and all that it takes to do it."""

    execution_id = Whole(1, attribute="execution.id")
    kind = Word(KINDS, attribute="execution.kind")
    trigger = Word(TRIGGERS, attribute="execution.trigger")
    backup_type = Word(
        BACKUP_TYPES,
        allow_none=True,
        metadata={"description": "How to read the source this time; null for a restore."},
    )
    parent_snapshot = fields.String(
        allow_none=True,
        metadata={"description": "What a differential compares with.", "example": None},
    )
    job = fields.Nested(WorkJobSchema)
    repository = fields.Nested(WayToRepositorySchema, allow_none=True)
    restore = fields.Nested(WorkRestoreSchema, allow_none=True)
    lease_seconds = Whole(1, metadata=_LEASE)
    heartbeat_seconds = Whole(1, metadata=_PACE)
    trace_id = fields.String(attribute="execution.trace_id", allow_none=True)


class HeartbeatSchema(StrictSchema):
    progress = fields.Float(
        validate=validate.Range(min=0, max=1), metadata={"description": "0-1.", "example": 0.25}
    )
    bytes_done = Whole(0, metadata=_BYTES)
    bytes_total = Whole(0, metadata=_BYTES)
    files_done = Whole(0, metadata=_COUNT)
    files_total = Whole(0, metadata=_COUNT)
    log = _lines()


class BeatSchema(Schema):
    execution_id = Whole(1)
    cancel = fields.Boolean(metadata={"description": "Stop the run and report it `cancelled`."})
    reason = Word(
        ("cancelled", "timed_out"), allow_none=True, metadata={"description": "Why to stop."}
    )
    lease_seconds = Whole(1, metadata=_LEASE)
    heartbeat_seconds = Whole(1, metadata=_PACE)


class CompletionSchema(StrictSchema):
    example_omits = ("error_code", "error_message")

    status = Word((SUCCESS, WARNING, FAILED, CANCELLED), required=True)
    backup_type = Word(BACKUP_TYPES, metadata={"description": "If it was another than told."})
    backup_size_bytes = Whole(0, metadata=_BYTES)
    bytes_added = Whole(0, metadata=_BYTES)
    files_total = Whole(0, metadata=_COUNT)
    files_changed = Whole(0, metadata=_COUNT)
    snapshot_id = Text(64, shortest=1, metadata={"example": "4f1c2d3e"})
    error_code = fields.String(
        validate=validate.Regexp(
            r"[A-Z][A-Z0-9_]{0,39}\Z", error="Must be 1-40 of A-Z, 0-9 and _, a letter first."
        ),
        metadata={"description": "With warning or failed.", "example": "SOURCE_NOT_FOUND"},
    )
    error_message = Text(MAX_ERROR_MESSAGE, metadata={"example": "There is no /srv/finance."})
    log = _lines()

    @validates_schema
    def _refuse_error_of_success(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("status") in (SUCCESS, CANCELLED) and "error_code" in data:
            raise ValidationError("Only with warning or failed.", "error_code")


class CompletedSchema(Schema):
    """How the run is kept."""

    execution_id = Whole(1)
    status = Word(STATUSES, metadata={"example": "success"})
    error_code = fields.String(allow_none=True, metadata={"example": None})
    finished_at = Moment(allow_none=True)
