"""Events that other tools tell of, and events that somebody takes out of the lists."""

from datetime import datetime, timedelta
from typing import Any

from app.core.db import db
from app.core.errors import ValidationFailed
from app.core.identity import Actor
from app.core.logging import current_trace_id
from app.core.models import get_row
from app.core.ports import Port
from app.events.models import Event
from app.events.rules import is_external
from app.events.values import EXTERNAL

# A clock may be wrong by so much.
AHEAD = timedelta(minutes=5)
# Whether the tenant has such a thing; None for a kind that is no subject of other tools.
find_subject: Port[[str, int], bool | None] = Port("events.find_subject")


def post_event(body: dict[str, Any], actor: Actor, now: datetime) -> Event:
    """Keep what another tool tells. Raises ValidationFailed.

    `dedup_key` and `state` become `data.alert`, from which the alerts know what to open and what
    to resolve.
    """
    occurred_at = body.get("occurred_at", now)
    _refuse(body, occurred_at, now)
    subject = body.get("subject") or {}
    event = Event(
        type=body["type"],
        severity=body["severity"],
        source=body.get("source") or actor.name[:100],
        source_agent=body.get("source_agent"),
        title=body["title"],
        message=body.get("message"),
        subject_type=subject.get("type"),
        subject_id=subject.get("id"),
        data={**body.get("data", {}), **_alert(body)},
        occurred_at=occurred_at,
        trace_id=body.get("trace_id") or current_trace_id(),
    )
    db.session.add(event)
    db.session.flush()
    return event


def delete_event(event_id: int, now: datetime, *, expected_version: int | None) -> Event:
    """Mark an event deleted; raises NotFound, also for one that is marked already."""
    event = get_row(Event, event_id, for_change=True, expected_version=expected_version)
    event.deleted_at = now
    db.session.flush()
    return event


def _refuse(body: dict[str, Any], occurred_at: datetime, now: datetime) -> None:
    if not is_external(body["type"]):
        example = f"Must be {EXTERNAL} and a name of letters, digits, dots, dashes."
        raise ValidationFailed.on("type", example)
    if occurred_at > now + AHEAD:
        raise ValidationFailed.on("occurred_at", "Must not lie in the future.")
    subject = body.get("subject")
    if subject is None:
        return
    is_there = find_subject(subject["type"], subject["id"])
    if is_there is None:
        raise ValidationFailed.on("subject.type", "Can be backup or storage_provider.")
    if not is_there:
        raise ValidationFailed.on("subject.id", f"There is no {subject['type']} with this id.")


def _alert(body: dict[str, Any]) -> dict[str, Any]:
    told = {name: body[name] for name in ("dedup_key", "state") if name in body}
    return {"alert": told} if told else {}
