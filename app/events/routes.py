"""What happened, under /events."""

from typing import Any

from app.core.errors import NotFound
from app.core.http import Blueprint, fails, filters, requires, returns
from app.core.identity import current_actor
from app.events.schemas import EventQuery, EventSchema, OneEventQuery
from app.events.service import reading

blp = Blueprint(
    "events", __name__, url_prefix="/events", description="What happened", resource="event"
)


@blp.get("")
@requires("events:read")
@filters(EventQuery)
@returns(EventSchema, page=True)
@fails(NotFound)
def list_events(query: dict[str, Any]) -> Any:
    """List events, newest first; by `sort=id` as a feed to follow."""
    return reading.list_events(query, current_actor())


@blp.get("/<int:event_id>")
@requires("events:read")
@filters(OneEventQuery)
@returns(EventSchema)
def get_event(query: dict[str, Any], event_id: int) -> Any:
    """Show an event."""
    return reading.get_event(event_id, query, current_actor())
