"""Refused posts of scripts, under /rejected-reports."""

from typing import Any

from app.core import clock
from app.core.errors import MalformedBody
from app.core.http import Blueprint, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.legacy.errors import AlreadyJudged
from app.legacy.schemas import (
    AcceptedReportSchema,
    MendedSchema,
    RejectedReportQuery,
    RejectedReportSchema,
    RejectedReportSummarySchema,
)
from app.legacy.service import quarantine
from app.legacy.values import ACCEPTED

blp = Blueprint(
    "rejected_reports",
    __name__,
    url_prefix="/rejected-reports",
    description="Refused posts of scripts",
    resource="rejected_report",
)


@blp.get("")
@requires("backups:read")
@filters(RejectedReportQuery)
@returns(RejectedReportSummarySchema, page=True)
def list_rejected_reports(query: dict[str, Any]) -> Any:
    """List the refused posts of scripts, newest first."""
    return quarantine.list_reports(query)


@blp.get("/<int:report_id>")
@requires("backups:read")
@returns(RejectedReportSchema)
def get_rejected_report(report_id: int) -> Any:
    """Show a refused post with its body."""
    return quarantine.show_report(report_id)


@blp.post("/<int:report_id>/accept")
@requires("backups:write")
@takes(MendedSchema, required=False)
@returns(
    AcceptedReportSchema,
    status=201,
    also={200: "It told of a copy: nothing was made."},
    location="{url}",
)
@fails(AlreadyJudged, MalformedBody)
def accept_rejected_report(body: dict[str, Any], report_id: int) -> Any:
    """Let a refused post land with the mended fields, as of the time it arrived."""
    landed = quarantine.accept(report_id, body, current_actor(), clock.utcnow())
    answer = {"id": report_id, "status": ACCEPTED}
    if landed.copy_id is not None:
        url = f"/api/v1/copies/{landed.copy_id}"
        return {**answer, "execution_id": None, "copy_id": landed.copy_id, "url": url}, 200
    url = f"/api/v1/executions/{landed.execution_id}"
    return {**answer, "execution_id": landed.execution_id, "copy_id": None, "url": url}, 201


@blp.post("/<int:report_id>/dismiss")
@requires("backups:write")
@returns(RejectedReportSchema, message="Report dismissed.")
@fails(AlreadyJudged)
def dismiss_rejected_report(report_id: int) -> Any:
    """Dismiss a refused post."""
    return quarantine.dismiss(report_id, current_actor(), clock.utcnow())
