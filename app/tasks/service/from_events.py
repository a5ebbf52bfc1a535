"""Tasks made from events: one an event, however often it is asked for."""

from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.identity import Actor
from app.core.models import get_row, live
from app.events.models import Event
from app.tasks.models import Task
from app.tasks.rules import draft_of_event
from app.tasks.service.tasks import create_task


def create_from_event(event_id: int, fields: dict[str, Any], actor: Actor) -> tuple[Task, bool]:
    """The event's task, and whether it was made now; what is not given comes from the event.

    A deleted one is made anew. Raises NotFound and ValidationFailed.
    """
    # Locked: of two that ask at once, the later waits here and finds the earlier's task.
    event = get_row(Event, event_id, for_change=True)
    made = select(Task).where(Task.made_from_event_id == event.id, live(Task))
    found = db.session.scalars(made).first()
    if found is not None:
        return found, False
    draft = draft_of_event(event.title, event.message, event.severity)
    given = {name: value for name, value in fields.items() if value is not None}
    about = {"event_id": event.id, "made_from_event_id": event.id}
    return create_task({**draft, **given, **about}, actor), True
