"""What is wrong now, under /alerts."""

from typing import Any

from app.alerts.schemas import AlertDetailSchema, AlertQuery, AlertSchema, AlertSummarySchema
from app.alerts.service import shown
from app.core.http import Blueprint, filters, requires, returns

blp = Blueprint(
    "alerts", __name__, url_prefix="/alerts", description="What is wrong now", resource="alert"
)


@blp.get("")
@requires("alerts:read")
@filters(AlertQuery)
@returns(AlertSchema, page=True)
def list_alerts(query: dict[str, Any]) -> Any:
    """List the alerts; what another alert explains is listed under that one."""
    return shown.list_alerts(query)


@blp.get("/summary")
@requires("alerts:read")
@returns(AlertSummarySchema)
def get_alert_summary() -> Any:
    """Count the alerts by status, severity and type."""
    return shown.summarise()


@blp.get("/<int:alert_id>")
@requires("alerts:read")
@returns(AlertDetailSchema)
def get_alert(alert_id: int) -> Any:
    """Show an alert, what it explains, and what became of it."""
    return shown.get_alert(alert_id)
