"""3-2-1-1-0, under /compliance."""

from typing import Any

from app.compliance.schemas import (
    ComplianceChangeSchema,
    ComplianceQuery,
    ComplianceSchema,
    ComplianceSummarySchema,
)
from app.compliance.service import shown
from app.core import clock
from app.core.http import Blueprint, filters, requires, returns
from app.core.schemas import PageQuery

blp = Blueprint(
    "compliance",
    __name__,
    url_prefix="/compliance",
    description="3-2-1-1-0",
    resource="backup_job",
)


@blp.get("")
@requires("compliance:read")
@filters(ComplianceQuery)
@returns(ComplianceSchema, page=True)
def list_compliance(query: dict[str, Any]) -> Any:
    """List how the tenant's jobs stand."""
    return shown.list_states(query)


@blp.get("/summary")
@requires("compliance:read")
@returns(ComplianceSummarySchema)
def get_compliance_summary() -> Any:
    """Count the tenant's jobs by status, and by the digits that are not met."""
    return shown.summarise()


@blp.get("/<int:backup_id>")
@requires("compliance:read")
@returns(ComplianceSchema)
def get_compliance(backup_id: int) -> Any:
    """Show how a job stands, with the evidence for each digit."""
    return shown.get_state(backup_id)


@blp.post("/<int:backup_id>/check")
@requires("compliance:run")
@returns(ComplianceSchema)
def check_compliance(backup_id: int) -> Any:
    """Assess a job now, rather than within seconds of its next change."""
    return shown.check(backup_id, clock.utcnow())


@blp.get("/<int:backup_id>/history")
@requires("compliance:read")
@filters(PageQuery)
@returns(ComplianceChangeSchema, page=True)
def list_compliance_history(query: dict[str, Any], backup_id: int) -> Any:
    """List each change of a job's status or digits, newest first."""
    return shown.list_changes(backup_id)
