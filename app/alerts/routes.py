"""What is wrong now, under /alerts."""

from typing import Any

from app.alerts.errors import CannotMove, OpenedAnew, UnknownAlerts
from app.alerts.schemas import (
    AcknowledgedSchema,
    AlertDetailSchema,
    AlertQuery,
    AlertSchema,
    AlertSummarySchema,
    BulkSchema,
    CommentedSchema,
    SnoozeSchema,
)
from app.alerts.service import people, shown
from app.core import clock
from app.core.http import Blueprint, fails, filters, requires, returns, takes
from app.core.identity import current_actor

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


@blp.post("/bulk-acknowledge")
@requires("alerts:write")
@takes(BulkSchema)
@returns(AcknowledgedSchema)
@fails(UnknownAlerts)
def acknowledge_alerts(body: dict[str, Any]) -> Any:
    """Say that somebody attends to these alerts."""
    return people.acknowledge_all(actor=current_actor(), now=clock.utcnow(), **body)


@blp.get("/<int:alert_id>")
@requires("alerts:read")
@returns(AlertDetailSchema)
def get_alert(alert_id: int) -> Any:
    """Show an alert, what it explains, and what became of it."""
    return shown.get_alert(alert_id)


@blp.post("/<int:alert_id>/acknowledge")
@requires("alerts:write")
@takes(CommentedSchema, required=False)
@returns(AlertSchema)
@fails(CannotMove)
def acknowledge_alert(body: dict[str, Any], alert_id: int) -> Any:
    """Say that somebody attends to an alert."""
    return people.acknowledge(alert_id, current_actor(), clock.utcnow(), **body)


@blp.post("/<int:alert_id>/snooze")
@requires("alerts:write")
@takes(SnoozeSchema)
@returns(AlertSchema)
@fails(CannotMove)
def snooze_alert(body: dict[str, Any], alert_id: int) -> Any:
    """Hear nothing of an alert for a while."""
    return people.snooze(alert_id, actor=current_actor(), now=clock.utcnow(), **body)


@blp.post("/<int:alert_id>/resolve")
@requires("alerts:write")
@takes(CommentedSchema, required=False)
@returns(AlertSchema)
@fails(CannotMove)
def resolve_alert(body: dict[str, Any], alert_id: int) -> Any:
    """Say that an alert is over, until its next event."""
    return people.resolve(alert_id, current_actor(), clock.utcnow(), **body)


@blp.post("/<int:alert_id>/reopen")
@requires("alerts:write")
@takes(CommentedSchema, required=False)
@returns(AlertSchema)
@fails(CannotMove, OpenedAnew)
def reopen_alert(body: dict[str, Any], alert_id: int) -> Any:
    """Say that an alert is not over, or that nobody attends to it."""
    return people.reopen(alert_id, current_actor(), clock.utcnow(), **body)
