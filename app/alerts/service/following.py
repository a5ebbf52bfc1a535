"""Following the event log: what is wrong becomes an alert within seconds."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.alerts.rules.signs import opened_by, resolved_by
from app.alerts.service.applying import apply_events
from app.backups.service.endings import is_away
from app.core.logging import get_logger
from app.core.tenancy import as_tenant
from app.events.service.following import Seen, follow

log = get_logger("alerts")
FOLLOWER = "alerts"
_CHUNK = 100


def follow_events(now: datetime) -> int:
    """Apply the events that were recorded since; gives how many were seen."""
    return follow(FOLLOWER, partial(take, now), now)


def take(now: datetime, batch: Sequence[Seen]) -> None:
    """Apply a batch, in transactions of few events of one tenant."""
    telling: dict[int, list[Seen]] = defaultdict(list)
    for event in batch:
        if opened_by(event) or resolved_by(event):
            telling[event.tenant_id].append(event)
    for tenant_id, events in telling.items():
        for first in range(0, len(events), _CHUNK):
            _apply_apart(tenant_id, events[first : first + _CHUNK], now)


def _apply_apart(tenant_id: int, events: Sequence[Seen], now: datetime) -> None:
    """What one event raises is no reason to leave the others; when the database is away, the
    batch comes again."""
    try:
        with as_tenant(tenant_id):
            apply_events(events, now)
    except Exception as error:
        if is_away(error):
            raise
        if len(events) == 1:
            log.error("event_not_applied", event_id=events[0].id, exc_info=error)
            return
        for event in events:
            _apply_apart(tenant_id, [event], now)
