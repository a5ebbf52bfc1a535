"""What PowerShell scripts call, under /api/backup; the bodies are read by the rules."""

from typing import Any

from app.core import clock
from app.core.http import fails, limited, reads_itself, requires, returns, unaudited
from app.core.http.requests import address, raw_body
from app.core.identity import current_actor
from app.legacy.envelope import LegacyBlueprint
from app.legacy.errors import CopyNotFound, JobNotFound, NoExecutions
from app.legacy.schemas import (
    CopyReportSchema,
    LastExecutionSchema,
    RecordExecutionSchema,
    ReportedCopySchema,
    ReportedRunSchema,
    StatusReportSchema,
    UpdateCopyStatusSchema,
    UpdateStatusSchema,
)
from app.legacy.service import receiving
from app.legacy.service.arrivals import Arrival
from app.legacy.values import (
    COPY_STATUS,
    LAST_EXECUTION,
    RECORD_EXECUTION,
    STATUS,
    UPDATE_COPY_STATUS,
    UPDATE_STATUS,
)

blp = LegacyBlueprint("legacy", __name__, description="For PowerShell scripts in the field")


@blp.post("/status")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself(StatusReportSchema)
@returns(ReportedRunSchema, status=201, message="Status recorded")
@fails(JobNotFound)
def post_status() -> Any:
    """Report how a run of a job ended."""
    return _receive(STATUS)


@blp.post("/update-status")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself(UpdateStatusSchema)
@returns(ReportedRunSchema, status=201, message="Status recorded")
@fails(JobNotFound)
def post_update_status() -> Any:
    """Report how a run of a job ended, under the older names."""
    return _receive(UPDATE_STATUS)


@blp.post("/record-execution")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself(RecordExecutionSchema)
@returns(ReportedRunSchema, status=201, message="Execution recorded")
@fails(JobNotFound)
def post_record_execution() -> Any:
    """Report when a run of a job began and ended."""
    return _receive(RECORD_EXECUTION)


@blp.post("/copy-status")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself(CopyReportSchema)
@returns(ReportedCopySchema, message="Copy status recorded")
@fails(CopyNotFound)
def post_copy_status() -> Any:
    """Report on a copy by its id."""
    return _receive(COPY_STATUS)


@blp.post("/update-copy-status")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself(UpdateCopyStatusSchema)
@returns(ReportedCopySchema, message="Copy status recorded")
@fails(JobNotFound, CopyNotFound)
def post_update_copy_status() -> Any:
    """Report on a job's offsite copy, or on its only one."""
    return _receive(UPDATE_COPY_STATUS)


@blp.get("/jobs/<int:job_id>/last-execution")
@requires("status:report")
@limited("status")
@unaudited
@reads_itself()
@returns(LastExecutionSchema)
@fails(JobNotFound, NoExecutions)
def get_last_execution(job_id: int) -> Any:
    """Show a job's newest run that has ended."""
    return receiving.last_execution(job_id, _arrival(LAST_EXECUTION))


def _receive(endpoint: str) -> Any:
    return receiving.receive(_arrival(endpoint, *raw_body()), clock.utcnow())


def _arrival(endpoint: str, raw: bytes = b"", content_type: str | None = None) -> Arrival:
    actor = current_actor()
    return Arrival(
        tenant_id=actor.tenant_id,
        endpoint=endpoint,
        caller=actor.key,
        caller_name=actor.name,
        address=address(),
        arrived_at=clock.utcnow(),
        raw=raw,
        content_type=content_type,
    )
