"""The wire format of verifications."""

from marshmallow import Schema, fields, validate

from app.core.schemas import Flag, Moment, PageQuery, QueryId, StrictSchema, Whole, Word
from app.verification.values import COUNTED, RESULTS, SAMPLE, SCOPES, STATUSES, TEST_TYPES

_BYTES = {"example": 1048576}
_COUNT = {"example": 120}


class VerificationRequestSchema(StrictSchema):
    """What is to be tested, and how much of it."""

    test_type = Word(TEST_TYPES, required=True, metadata={"example": "restore"})
    scope = Word(
        SCOPES,
        load_default=SAMPLE,
        metadata={"description": "All, a tenth, or 1 %: docs/verification.md says of what."},
    )
    notify = Flag(
        data_key="notify_on_completion",
        load_default=True,
        metadata={"description": "false keeps a success quiet, never a failure."},
    )
    snapshot = fields.String(
        validate=validate.Regexp(
            r"(latest|[0-9a-f]{8,64})\Z", error="Must be `latest` or a snapshot's id."
        ),
        metadata={
            "description": "Default: that of the latest successful run.",
            "example": "latest",
        },
    )


class VerificationSchema(Schema):
    """One test of what a job has backed up."""

    id = Whole(1)
    verification_id = Whole(1, metadata={"description": "The same as `id`."})
    backup_id = Whole(1)
    schedule_id = Whole(1, allow_none=True, metadata={"example": None})
    test_type = Word(TEST_TYPES)
    scope = Word(SCOPES)
    notify = fields.Boolean(data_key="notify_on_completion")
    status = Word(
        STATUSES,
        data_key="test_status",
        metadata={
            "description": "`failed`: it could not be carried out, which tells nothing of the "
            "backup.",
            "example": "completed",
        },
    )
    result = Word(
        RESULTS,
        data_key="test_result",
        allow_none=True,
        metadata={
            "description": "Of a `completed` one; `failed`: the backup is not as it should be.",
            "example": "success",
        },
    )
    progress = fields.Float(
        allow_none=True, metadata={"description": "0-1, while it runs.", "example": None}
    )
    files_done = Whole(0, allow_none=True, metadata={"example": None})
    files_total = Whole(0, allow_none=True, metadata={"example": None})
    bytes_done = Whole(0, allow_none=True, metadata={"example": None})
    bytes_total = Whole(0, allow_none=True, metadata={"example": None})
    snapshot_id = fields.String(
        allow_none=True,
        metadata={"description": "What it proved.", "example": "4f1c2d3e"},
    )
    snapshot_at = Moment(allow_none=True)
    execution_id = Whole(
        1, allow_none=True, metadata={"description": "The run that made the snapshot."}
    )
    is_latest = fields.Boolean(
        allow_none=True,
        metadata={"description": "The snapshot was that of the newest run, which succeeded."},
    )
    success_rate = fields.Float(allow_none=True, metadata={"example": 100.0})
    counted = Word(
        COUNTED,
        allow_none=True,
        metadata={"description": "What the counts are of.", "example": "files"},
    )
    total_files = Whole(0, allow_none=True, metadata=_COUNT)
    passed_files = Whole(0, allow_none=True, metadata=_COUNT)
    failed_files = Whole(0, allow_none=True, metadata={"example": 0})
    bytes_checked = Whole(0, allow_none=True, metadata=_BYTES)
    restore_seconds = fields.Float(allow_none=True, metadata={"example": 42.5})
    error_code = fields.String(allow_none=True, metadata={"example": None})
    error_message = fields.String(allow_none=True, metadata={"example": None})
    created_at = Moment()
    started_at = Moment(allow_none=True)
    finished_at = Moment(allow_none=True)
    duration_seconds = fields.Float(allow_none=True, metadata={"example": 12.5})
    cancel_requested_at = Moment(allow_none=True, metadata={"example": None})
    attempt = Whole(0)
    requested_by = fields.String(allow_none=True, metadata={"example": "admin"})
    trace_id = fields.String(allow_none=True)


class FailureSchema(Schema):
    """What did not stand the test, and why."""

    path = fields.String(metadata={"example": "/srv/finance/2026/ledger.ods"})
    reason = fields.String(
        metadata={"example": "Its data in the repository is damaged: it does not match its hash."}
    )


class ResultSchema(VerificationSchema):
    """How a verification came out."""

    failures = fields.List(
        fields.Nested(FailureSchema),
        metadata={"description": "The first 1,000 of `failures_total`."},
    )
    failures_total = Whole(0, metadata={"example": 1})


class VerificationQuery(PageQuery):
    test_type = Word(TEST_TYPES)
    test_status = Word(STATUSES)
    test_result = Word(RESULTS)
    backup_id = QueryId()


class NewestQuery(StrictSchema):
    verification_id = QueryId(metadata={"description": "Default: the job's newest."})
