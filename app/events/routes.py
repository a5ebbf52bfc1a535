"""What happened, under /events."""

from typing import Any

from app.core import clock
from app.core.errors import NotFound
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema
from app.events.schemas import EventCreateSchema, EventQuery, EventSchema, OneEventQuery
from app.events.service import posting, reading

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


@blp.post("")
@requires("events:write")
@takes(EventCreateSchema)
@returns(EventSchema, status=201, location="/api/v1/events/{id}")
def post_event(body: dict[str, Any]) -> Any:
    """Tell of something that happened elsewhere."""
    return posting.post_event(body, current_actor(), clock.utcnow())


@blp.get("/<int:event_id>")
@requires("events:read")
@filters(OneEventQuery)
@returns(EventSchema)
def get_event(query: dict[str, Any], event_id: int) -> Any:
    """Show an event."""
    return reading.get_event(event_id, query, current_actor())


@blp.delete("/<int:event_id>")
@requires("events:delete")
@conditional
@returns(DeletedSchema, message="Event marked deleted; auditors can still read it.")
def delete_event(event_id: int, expected_version: int | None) -> Any:
    """Take an event out of the lists; auditors can still read it."""
    return posting.delete_event(event_id, clock.utcnow(), expected_version=expected_version)
