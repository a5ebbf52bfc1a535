"""What waits for a channel: kept with what it came from, and when it is to be sent."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.core.db import db, insert_or_update
from app.core.settings import settings
from app.core.tenancy import execute_named, named, named_insert
from app.events.values import CRITICAL
from app.notifications.models import NotificationChannel, NotificationItem
from app.notifications.rules.gathering import Habits, Waiting, due_at
from app.tenants.models import Tenant
from app.tenants.monitoring import monitoring_of

_CHANNELS: Any = NotificationChannel.__table__
_ITEMS: Any = NotificationItem.__table__
MOST_MESSAGE = 4_000


@dataclass(frozen=True)
class Item:
    """One thing to be told. `source` names what it came from, once a channel."""

    source: str
    kind: str
    type: str
    severity: str
    title: str
    message: str | None
    alert_id: int | None
    event_id: int | None
    subject_type: str | None
    subject_id: int | None
    occurred_at: datetime


def keep(channel: NotificationChannel, items: Iterable[Item], now: datetime) -> None:
    """Let these wait for the channel, whose row must be locked; what waits already, or was
    told, is left as it is."""
    rows = [
        {**asdict(item), "channel_id": channel.id, "created_at": now, "notification_id": None}
        for item in items
    ]
    if not rows:
        return
    for row in rows:
        row["message"] = row["message"] and row["message"][:MOST_MESSAGE]
    insert = insert_or_update(_ITEMS).on_conflict_do_nothing()
    db.session.execute(named_insert(insert, channel.tenant_id), rows)
    plan(channel, now)


def plan(channel: NotificationChannel, now: datetime) -> None:
    """Say when the channel is looked at next; its version stays."""
    habits = habits_of(channel)
    due = min((due_at(waiting, habits) for waiting in waiting_for(channel)), default=None)
    note(channel, due_at=due)


def note(channel: NotificationChannel, **values: Any) -> None:
    """Keep what the system finds out about a channel: nobody's change, and no new version."""
    for name, value in values.items():
        set_committed_value(channel, name, value)
    execute_named(
        update(_CHANNELS)
        .where(_CHANNELS.c.id == channel.id)
        .values(**values, updated_at=_CHANNELS.c.updated_at),
        tenant_id=channel.tenant_id,
        table=_CHANNELS,
    )


def waiting_for(channel: NotificationChannel) -> list[Waiting]:
    """What is urgent and what is not, as far as there is any."""
    is_urgent = _ITEMS.c.severity == CRITICAL
    statement = (
        select(
            func.count(), func.min(_ITEMS.c.created_at), func.max(_ITEMS.c.created_at), is_urgent
        )
        .where(_ITEMS.c.channel_id == channel.id, _ITEMS.c.notification_id.is_(None))
        .group_by(is_urgent)
    )
    rows = db.session.execute(named(statement, _ITEMS, channel.tenant_id)).all()
    return [Waiting(count, first, last, bool(urgent)) for count, first, last, urgent in rows]


def habits_of(channel: NotificationChannel) -> Habits:
    """How the channel is told now: its own quiet hours, else its tenant's."""
    tenant = db.session.get_one(Tenant, channel.tenant_id)
    return Habits(
        digest=channel.digest,
        digest_times=monitoring_of(channel.tenant_id).digest_times,
        quiet_hours=channel.quiet_hours or tenant.quiet_hours,
        zone=tenant.timezone,
        gather_seconds=settings()["NOTIFY_GATHER_SECONDS"],
        storm_until=channel.storm_until,
    )
