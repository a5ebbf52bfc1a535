"""The wire format of the legacy API as it is documented; the bodies are read by the rules."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from app.core.schemas import Moment, PageQuery, StrictSchema, Whole, Word
from app.legacy.values import COPY_STATUSES, ENDPOINTS, REPORT_STATUSES, RESULTS

_SIZE = {"description": 'Bytes; "300", 300.5 and "300,5" are taken too.', "example": 1073741824}
_SECONDS = {"description": 'Seconds; "300,52" is taken too.', "example": 300.52}
_DATE = {
    "description": "With an offset, or in the job's time zone; PowerShell's forms are taken too.",
    "example": "2025-10-30T03:00:00Z",
}
_NO_ERROR = {"description": "Cut at 10,000 characters.", "example": "Access denied"}


class ScriptBodySchema(StrictSchema):
    """Unknown fields of a script's body are ignored."""

    class Meta:
        unknown = INCLUDE


def _job_id() -> Whole:
    return Whole(1, required=True, metadata={"example": 7})


class StatusReportSchema(ScriptBodySchema):
    job_id = _job_id()
    execution_result = Word(RESULTS, required=True)
    execution_date = fields.DateTime(allow_none=True, metadata=_DATE)
    backup_size_bytes = Whole(0, allow_none=True, metadata=_SIZE)
    duration_seconds = fields.Float(allow_none=True, metadata=_SECONDS)
    error_message = fields.String(allow_none=True, metadata=_NO_ERROR)
    source_system = fields.String(allow_none=True, metadata={"example": "powershell"})


class UpdateStatusSchema(ScriptBodySchema):
    job_id = _job_id()
    status = Word(RESULTS, required=True)
    backup_size = Whole(0, allow_none=True, metadata=_SIZE)
    duration_seconds = fields.Float(allow_none=True, metadata=_SECONDS)
    error_message = fields.String(allow_none=True, metadata=_NO_ERROR)


class RecordExecutionSchema(ScriptBodySchema):
    job_id = _job_id()
    start_time = fields.DateTime(required=True, metadata=_DATE)
    end_time = fields.DateTime(required=True, metadata=_DATE)
    status = Word(RESULTS, required=True)
    backup_size = Whole(0, allow_none=True, metadata=_SIZE)
    details = fields.String(allow_none=True, metadata={"example": "12 machines"})


class CopyReportSchema(ScriptBodySchema):
    copy_id = Whole(1, required=True, metadata={"example": 3})
    status = Word(COPY_STATUSES)
    last_backup_date = fields.DateTime(allow_none=True, metadata=_DATE)
    last_backup_size = Whole(0, allow_none=True, metadata=_SIZE)


class UpdateCopyStatusSchema(ScriptBodySchema):
    job_id = _job_id()
    status = Word(COPY_STATUSES, required=True)
    copy_size = Whole(0, allow_none=True, metadata=_SIZE)
    duration_seconds = fields.Float(allow_none=True, metadata=_SECONDS)
    error_message = fields.String(allow_none=True, metadata=_NO_ERROR)


class ReportedRunSchema(Schema):
    execution_id = Whole(1, metadata={"example": 7})
    compliance_status = fields.String(
        metadata={"description": "`unknown` before the first check.", "example": "compliant"}
    )


class ReportedCopySchema(Schema):
    copy_id = Whole(1, metadata={"example": 3})
    status = fields.String(metadata={"example": "success"})


class LastExecutionSchema(Schema):
    """The newest run that has ended."""

    execution_id = Whole(1, attribute="id", metadata={"example": 7})
    job_id = Whole(1)
    execution_date = Moment()
    execution_result = fields.String(attribute="status", metadata={"example": "success"})
    backup_size_bytes = Whole(0, allow_none=True, metadata={"example": 1073741824})
    duration_seconds = fields.Float(allow_none=True, metadata={"example": 300.52})
    error_message = fields.String(allow_none=True, metadata={"example": None})
    source_system = fields.String(allow_none=True, metadata={"example": "powershell"})


class RejectedReportSummarySchema(Schema):
    """A refused post, without its body."""

    id = Whole(1)
    status = Word(REPORT_STATUSES)
    caller = fields.String(metadata={"example": "key:5"})
    caller_name = fields.String(metadata={"example": "Veeam on bk01"})
    address = fields.String(metadata={"example": "192.0.2.7"})
    endpoint = Word(ENDPOINTS)
    content_type = fields.String(allow_none=True, metadata={"example": "application/json"})
    code = fields.String(metadata={"example": "VALIDATION_ERROR"})
    message = fields.String(metadata={"example": "job_id is required"})
    details = fields.Dict(keys=fields.String())
    received_at = Moment()
    resolved_at = Moment(allow_none=True, metadata={"example": None})
    resolved_by = fields.String(allow_none=True, metadata={"example": None})
    execution_id = Whole(1, allow_none=True, metadata={"example": None})
    copy_id = Whole(1, allow_none=True, metadata={"example": None})
    version = Whole(1)


class RejectedReportSchema(RejectedReportSummarySchema):
    body = fields.String(
        metadata={
            "description": "As text, whatever its encoding was.",
            "example": '{"status": "success"}',
        }
    )


class RejectedReportQuery(PageQuery):
    status = Word(REPORT_STATUSES)
    caller = fields.String(validate=validate.Length(max=100))
    code = fields.String(validate=validate.Length(max=40))


class MendedSchema(StrictSchema):
    """Fields of the endpoint that was called; they replace what the script sent under them."""

    class Meta:
        unknown = INCLUDE

    job_id: Any = fields.Raw(metadata={"type": "integer", "example": 7})


class AcceptedReportSchema(Schema):
    """What a mended report became; one of the two ids is null."""

    id = Whole(1)
    status = fields.String(metadata={"example": "accepted"})
    execution_id = Whole(1, allow_none=True, metadata={"example": 7})
    copy_id = Whole(1, allow_none=True, metadata={"example": None})
    url = fields.String(metadata={"example": "/api/v1/executions/7"})


class LegacyCallQuery(PageQuery):
    caller = fields.String(validate=validate.Length(max=100))


class LegacyCallSchema(Schema):
    """How often a caller has used an endpoint."""

    caller = fields.String(metadata={"example": "key:5"})
    caller_name = fields.String(metadata={"example": "Veeam on bk01"})
    endpoint = Word(ENDPOINTS)
    count = Whole(1)
    first_at = Moment()
    last_at = Moment()
