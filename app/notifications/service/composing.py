"""Composing what a notification says, from the things that were put into it."""

from typing import Any

from sqlalchemy import case, func, select

from app.alerts.values import RANK_OF
from app.core.db import db
from app.core.settings import settings
from app.core.tenancy import named
from app.notifications.models import Notification, NotificationItem
from app.notifications.rules.wording import Line, Message
from app.notifications.values import DIGEST, MOST_LINES, TEST
from app.tenants.models import Tenant

_ITEMS: Any = NotificationItem.__table__


def compose(notification: Notification) -> Message:
    """In the session's transaction; the worst of many come first."""
    tenant = db.session.get_one(Tenant, notification.tenant_id)
    lines = [] if notification.kind == TEST else _lines_of(notification)
    is_digest = notification.kind == DIGEST
    return Message(
        kind=notification.kind,
        key=notification.message_id.strip("<>").partition("@")[0],
        title=notification.title,
        severity=notification.severity,
        tenant=tenant.name,
        zone=tenant.timezone,
        url=lines[0].url if len(lines) == 1 and not is_digest else _link(notification),
        written_at=notification.created_at,
        lines=lines,
        count=notification.items_count,
        counts=_counts(notification) if is_digest else {},
    )


def _lines_of(notification: Notification) -> list[Line]:
    rank = case(RANK_OF, value=NotificationItem.severity, else_=0)
    statement = (
        select(NotificationItem)
        .where(NotificationItem.notification_id == notification.id)
        .order_by(rank.desc(), NotificationItem.id)
        .limit(MOST_LINES)
    )
    return [_line_of(item) for item in db.session.scalars(statement)]


def _counts(notification: Notification) -> dict[tuple[str, str], int]:
    statement = select(_ITEMS.c.type, _ITEMS.c.severity, func.count()).where(
        _ITEMS.c.notification_id == notification.id
    )
    grouped = statement.group_by(_ITEMS.c.type, _ITEMS.c.severity)
    rows = db.session.execute(named(grouped, _ITEMS, notification.tenant_id)).all()
    return {(type_, severity): count for type_, severity, count in rows}


def _line_of(item: NotificationItem) -> Line:
    path = f"alerts/{item.alert_id}" if item.alert_id else f"events/{item.event_id}"
    return Line(
        kind=item.kind,
        type=item.type,
        severity=item.severity,
        title=item.title,
        message=item.message,
        occurred_at=item.occurred_at,
        url=_absolute(path),
        alert_id=item.alert_id,
        event_id=item.event_id,
        subject_type=item.subject_type,
        subject_id=item.subject_id,
    )


def _link(notification: Notification) -> str:
    if notification.kind == TEST:
        return _absolute(f"notification-channels/{notification.channel_id}")
    return _absolute("alerts?status=open")


def _absolute(path: str) -> str:
    return f"{settings()['PUBLIC_URL']}/api/v1/{path}"
