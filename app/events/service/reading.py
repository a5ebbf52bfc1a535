"""Reading events: as a list, as a feed to follow, and one by one."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.core import identity
from app.core.db import db
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.models import live
from app.core.pagination import Listing, Ordering
from app.core.tenancy import named, show_tenant
from app.events.models import Event
from app.events.rules import unknown_types
from app.events.service.ordering import has_numbers, is_place, settled

_TABLE: Any = Event.__table__
READ = "events:read"
# Deleting is to hide nothing from those who audit.
READ_DELETED = "audit:read"
# Of a job.
_BACKUP = "backup"
FEED = "id"
# Ids in the order of the commits, one transaction's after the other's.
BY_COMMITS = Ordering(
    key=Event.id, columns={"id": Event.xid, "occurred_at": Event.occurred_at}, default="-id"
)
BY_IDS = Ordering(
    key=Event.id, columns={"id": Event.id, "occurred_at": Event.occurred_at}, default="-id"
)


def list_events(query: dict[str, Any], actor: Actor) -> Listing:
    """The events of a tenant; by `sort=id` as a feed, which leaves out what is not settled yet.

    A feed's page lags behind while any transaction writes; in every other order what is
    committed is there at once. Raises NotFound for a tenant that is not the caller's, Forbidden,
    TenantSuspended and ValidationFailed.
    """
    reader = identity.actor_in(actor, query["tenant"]) if "tenant" in query else actor
    show_tenant(reader.tenant_id)
    _refuse_without(reader, READ)
    conditions = _conditions(query, reader)
    is_feed = query.get("sort") == FEED
    if is_feed:
        conditions.append(settled())
    if not has_numbers():
        # It says nothing there; but the indexes have this column before the id.
        conditions.append(Event.xid == 0)
        listed = named(select(Event).where(*conditions), _TABLE, reader.tenant_id)
        return Listing(listed, BY_IDS, is_feed=is_feed)
    return Listing(
        named(select(Event).where(*conditions), _TABLE, reader.tenant_id),
        BY_COMMITS,
        is_feed=is_feed,
        is_known=(lambda place: is_place(reader.tenant_id, place)) if is_feed else None,
    )


def get_event(event_id: int, query: dict[str, Any], actor: Actor) -> Event:
    """Raises NotFound, and Forbidden where a deleted one may not be asked for."""
    statement = select(Event).where(Event.id == event_id, *_are_shown(query, actor))
    event = db.session.scalars(statement).one_or_none()
    if event is None:
        raise NotFound(f"There is no {Event.label} with this id.", details={"id": event_id})
    return event


def _conditions(query: dict[str, Any], reader: Actor) -> list[ColumnElement[bool]]:
    found = _are_shown(query, reader)
    if "type" in query:
        found.append(_is_of_type(query["type"]))
    if "severity" in query:
        found.append(Event.severity.in_(query["severity"]))
    for name in ("source", "source_agent"):
        if name in query:
            found.append(getattr(Event, name) == query[name])
    if "backup_id" in query:
        found += [Event.subject_type == _BACKUP, Event.subject_id == query["backup_id"]]
    if "from_" in query:
        found.append(Event.occurred_at >= query["from_"])
    if "to" in query:
        found.append(Event.occurred_at < query["to"])
    return found


def _are_shown(query: dict[str, Any], reader: Actor) -> list[ColumnElement[bool]]:
    if not query.get("include_deleted"):
        return [live(Event)]
    _refuse_without(reader, READ_DELETED)
    return []


def _is_of_type(words: list[str]) -> ColumnElement[bool]:
    strange = unknown_types(words)
    if strange:
        raise ValidationFailed.on("type", f"No type of events: {', '.join(strange)}.")
    whole = [word for word in words if not word.endswith("*")]
    begins = [word.removesuffix("*") for word in words if word.endswith("*")]
    return or_(
        *([Event.type.in_(whole)] if whole else []),
        *(Event.type.startswith(prefix, autoescape=True) for prefix in begins),
    )


def _refuse_without(reader: Actor, permission: str) -> None:
    if not reader.can(permission):
        raise Forbidden(details={"required": permission})
