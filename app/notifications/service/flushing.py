"""Putting together what waited long enough: a few messages, or one that tells of many."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.core.db import db
from app.core.mail import new_message_id
from app.core.settings import settings
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, execute_named, named, unscoped
from app.events.values import CRITICAL
from app.notifications.models import Notification, NotificationChannel, NotificationItem
from app.notifications.rules.gathering import calm_after, due_at, is_one_message
from app.notifications.rules.masks import shown_addresses
from app.notifications.rules.matching import rank
from app.notifications.rules.wording import title_of_many, title_of_one
from app.notifications.service import waiting
from app.notifications.service.standing import UNSENT, why_unsent
from app.notifications.values import DIGEST, PENDING, SINGLE

_CHANNELS: Any = NotificationChannel.__table__
_ITEMS: Any = NotificationItem.__table__
_BATCH = 200


def flush_due(now: datetime) -> int:
    """Give the number of channels that had something to be sent."""
    with unscoped(read_only=True):
        due = db.session.execute(
            select(_CHANNELS.c.id, _CHANNELS.c.tenant_id)
            .where(_CHANNELS.c.due_at <= now)
            .order_by(_CHANNELS.c.due_at, _CHANNELS.c.id)
            .limit(_BATCH)
        ).all()
    return sweep("notification_channels", due, lambda row: flush(row.id, row.tenant_id, now))


def flush(channel_id: int, tenant_id: int, now: datetime) -> bool:
    """Make messages of what is due; False when there is nothing, or another was quicker."""
    with as_tenant(tenant_id):
        channel = db.session.scalars(
            select(NotificationChannel)
            .where(NotificationChannel.id == channel_id, NotificationChannel.due_at <= now)
            .with_for_update()
        ).one_or_none()
        if channel is None:
            return False
        unsent = why_unsent(channel)
        groups = waiting.waiting_for(channel)
        habits = waiting.habits_of(channel)
        due = [group for group in groups if unsent or due_at(group, habits) <= now]
        for group in due:
            is_one = unsent is not None or is_one_message(group, habits)
            _make(channel, now, unsent, is_urgent=group.is_urgent, is_one=is_one)
        calm = [until for group in due if (until := calm_after(group, habits, now))]
        if calm and unsent is None:
            waiting.note(channel, storm_until=max(calm))
        waiting.plan(channel, now)
        return bool(due)


def _make(
    channel: NotificationChannel,
    now: datetime,
    unsent: str | None,
    *,
    is_urgent: bool,
    is_one: bool,
) -> None:
    """Write the messages, and put what waited into them."""
    is_ours = (
        _ITEMS.c.channel_id == channel.id,
        _ITEMS.c.notification_id.is_(None),
        (_ITEMS.c.severity == CRITICAL) if is_urgent else (_ITEMS.c.severity != CRITICAL),
    )
    if is_one:
        _make_one(channel, now, unsent, is_ours)
        return
    statement = select(_ITEMS.c.id, _ITEMS.c.kind, _ITEMS.c.title, _ITEMS.c.severity)
    ordered = statement.where(*is_ours).order_by(_ITEMS.c.id)
    for item in db.session.execute(named(ordered, _ITEMS, channel.tenant_id)).all():
        title = title_of_one(item.kind, item.title)
        made = _row(channel, now, SINGLE, title, item.severity, 1, None)
        _put(made, (_ITEMS.c.id == item.id,))


def _make_one(
    channel: NotificationChannel, now: datetime, unsent: str | None, is_ours: tuple[Any, ...]
) -> None:
    statement = select(_ITEMS.c.severity, func.count()).where(*is_ours)
    grouped = named(statement.group_by(_ITEMS.c.severity), _ITEMS, channel.tenant_id)
    counts: dict[str, int] = dict(db.session.execute(grouped).all())
    worst = max(counts, key=rank)
    count = sum(counts.values())
    made = _row(channel, now, DIGEST, title_of_many(counts), worst, count, unsent)
    _put(made, is_ours)


def _row(
    channel: NotificationChannel,
    now: datetime,
    kind: str,
    title: str,
    severity: str,
    count: int,
    unsent: str | None,
) -> Notification:
    made = Notification(
        tenant_id=channel.tenant_id,
        channel_id=channel.id,
        is_direct=channel.address is not None,
        kind=kind,
        recipient=recipient_of(channel),
        title=title,
        severity=severity,
        items_count=count,
        status=unsent or PENDING,
        attempts=0,
        tries=[],
        next_attempt_at=None if unsent else now,
        created_at=now,
        finished_at=now if unsent else None,
        last_error=UNSENT[unsent] if unsent else None,
        message_id=new_message_id(settings()),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _put(made: Notification, which: tuple[Any, ...]) -> None:
    execute_named(
        update(_ITEMS).where(*which).values(notification_id=made.id),
        tenant_id=made.tenant_id,
        table=_ITEMS,
    )


def recipient_of(channel: NotificationChannel) -> str:
    """Whom it goes to, as far as it may be seen."""
    return channel.url_shown or shown_addresses(channel.recipients or [])
