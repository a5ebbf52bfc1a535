"""Who did what, under /audit."""

from typing import Any

from app.audit.schemas import AuditQuery, AuditRowSchema
from app.audit.service import reading
from app.core.http import Blueprint, filters, requires, returns
from app.core.identity import current_actor

blp = Blueprint("audit", __name__, url_prefix="/audit", description="Who did what")


@blp.get("")
@requires("audit:read")
@filters(AuditQuery)
@returns(AuditRowSchema, page=True)
def list_audit_rows(query: dict[str, Any]) -> Any:
    """List writes, sign-ins and refusals, newest first."""
    return reading.list_rows(query, current_actor())
