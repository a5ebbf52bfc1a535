"""Following the event log: for those who asked for events, and for jobs' own addresses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob
from app.backups.values import BACKUP
from app.core.db import db, insert_or_update
from app.core.tenancy import as_tenant, named_insert, unscoped
from app.events.models import Event
from app.events.service.following import Seen, follow
from app.events.values import BACKUP_RECOVERED, BACKUP_SUCCEEDED, INFO
from app.notifications.models import NotificationChannel
from app.notifications.rules.matching import is_kept_quiet, is_told_by_alerts, wants_event
from app.notifications.service import waiting
from app.notifications.service.standing import is_suspended
from app.notifications.service.taking import apart, open_channels
from app.notifications.service.waiting import Item
from app.notifications.values import EMAIL, RESULTS

FOLLOWER = "notifications"
_CHANNELS: Any = NotificationChannel.__table__
_JOBS: Any = BackupJob.__table__
_JOBS_EACH = 500
# A tenant and the job of its own that it names.
Job = tuple[int, int]
NO_JOB = (0, 0)


def follow_events(now: datetime) -> int:
    """Gives how many events were seen."""
    return follow(FOLLOWER, partial(take, now), now)


def take(now: datetime, batch: Sequence[Seen]) -> None:
    """A batch may come again: each event becomes one item of a channel all the same."""
    asking, addresses = _asking(), _addresses(batch)
    of_tenant: dict[int, list[Seen]] = defaultdict(list)
    for event in batch:
        if event.tenant_id in asking or _job_of(event) in addresses:
            of_tenant[event.tenant_id].append(event)
    for tenant_id, events in of_tenant.items():
        apart(events, partial(_tell, now, tenant_id, addresses), lambda _: None)


def _tell(
    now: datetime, tenant_id: int, addresses: Mapping[Job, str], events: Sequence[Seen]
) -> None:
    with as_tenant(tenant_id):
        if is_suspended(tenant_id):
            return
        told = _texts(events)
        for channel in open_channels():
            items = [_item(event, told) for event in events if _is_wanted(channel, event)]
            waiting.keep(channel, items, now)
        for address, results in _results(events, addresses).items():
            items = [_item(event, told) for event in results]
            waiting.keep(_channel_of(address, tenant_id, now), items, now)


def _is_wanted(channel: NotificationChannel, event: Seen) -> bool:
    """What happened before the channel was made is no news to it."""
    own = (NotificationChannel.audit_name, channel.id)
    patterns = channel.event_types
    if patterns is None or (event.subject_type, event.subject_id) == own:
        return False
    is_asked = wants_event(channel.min_severity, patterns, event.type, event.severity)
    is_news = event.occurred_at >= channel.created_at and not is_kept_quiet(event.type, event.data)
    return is_asked and is_news and not is_told_by_alerts(event, patterns)


def _results(events: Iterable[Seen], addresses: Mapping[Job, str]) -> dict[str, list[Seen]]:
    """The results of jobs with an address of their own, by that address, in order.

    A run that its job recovered by is told once.
    """
    found: dict[str, list[Seen]] = defaultdict(list)
    recovered = {_run_of(event) for event in events if event.type == BACKUP_RECOVERED}
    for event in events:
        address = addresses.get(_job_of(event) or NO_JOB)
        if address is None or event.type not in RESULTS or is_kept_quiet(event.type, event.data):
            continue
        is_twice = event.type == BACKUP_SUCCEEDED and _run_of(event) in recovered
        if not is_twice:
            found[address].append(event)
    return found


def _run_of(event: Seen) -> tuple[int | None, Any]:
    return (event.subject_id, event.data.get("execution_id"))


def _job_of(event: Seen) -> Job | None:
    if event.subject_type != BACKUP or event.subject_id is None:
        return None
    return (event.tenant_id, event.subject_id)


def _asking() -> set[int]:
    """The tenants with a channel that asks for events."""
    statement = select(_CHANNELS.c.tenant_id).where(
        _CHANNELS.c.event_types.is_not(None),
        _CHANNELS.c.deleted_at.is_(None),
        _CHANNELS.c.is_active,
    )
    with unscoped(read_only=True):
        return set(db.session.scalars(statement.distinct()))


def _addresses(batch: Sequence[Seen]) -> dict[Job, str]:
    """The addresses of the jobs that the events tell results of."""
    jobs = {_job_of(event) or NO_JOB for event in batch if event.type in RESULTS}
    ids = sorted({job_id for _, job_id in jobs})
    found: dict[Job, str] = {}
    with unscoped(read_only=True):
        for first in range(0, len(ids), _JOBS_EACH):
            statement = select(_JOBS.c.tenant_id, _JOBS.c.id, _JOBS.c.notification_email).where(
                _JOBS.c.id.in_(ids[first : first + _JOBS_EACH]),
                _JOBS.c.notification_email.is_not(None),
                _JOBS.c.deleted_at.is_(None),
            )
            for tenant_id, job_id, address in db.session.execute(statement):
                found[tenant_id, job_id] = address
    return found


def _texts(events: Sequence[Seen]) -> dict[int, Any]:
    """The words of the events; one that was removed meanwhile has none."""
    columns = (Event.id, Event.title, Event.message)
    statement = select(*columns).where(Event.id.in_([event.id for event in events]))
    return {row.id: row for row in db.session.execute(statement)}


def _item(event: Seen, told: Mapping[int, Any]) -> Item:
    words = told.get(event.id)
    return Item(
        source=f"event:{event.id}",
        kind="event",
        type=event.type,
        severity=event.severity,
        title=words.title if words else event.type,
        message=words.message if words else None,
        alert_id=None,
        event_id=event.id,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        occurred_at=event.occurred_at,
    )


def _channel_of(address: str, tenant_id: int, now: datetime) -> NotificationChannel:
    """What a job's own address is told by, made when it is first needed; locked."""
    insert = insert_or_update(_CHANNELS).on_conflict_do_nothing(
        index_elements=["tenant_id", "address"], index_where=_CHANNELS.c.address.is_not(None)
    )
    row = {
        "name": address,
        "address": address,
        "kind": EMAIL,
        "recipients": [address],
        "min_severity": INFO,
        "created_at": now,
        "updated_at": now,
    }
    db.session.execute(named_insert(insert, tenant_id), [row])
    statement = select(NotificationChannel).where(NotificationChannel.address == address)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(locked).one()
