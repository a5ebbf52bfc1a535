"""Who still calls the legacy API, under /legacy-calls."""

from typing import Any

from app.core.http import Blueprint, filters, requires, returns
from app.legacy.schemas import LegacyCallQuery, LegacyCallSchema
from app.legacy.service import calls

blp = Blueprint(
    "legacy_calls", __name__, url_prefix="/legacy-calls", description="Callers of the legacy API"
)


@blp.get("")
@requires("api_keys:manage")
@filters(LegacyCallQuery)
@returns(LegacyCallSchema, page=True)
def list_legacy_calls(query: dict[str, Any]) -> Any:
    """List which scripts still call the legacy API, the latest first."""
    return calls.list_calls(query)
