"""What was sent, and each attempt at it."""

from typing import Any

from sqlalchemy import select

from app.core.pagination import Listing, Ordering, equal
from app.notifications.models import Notification, NotificationItem

ORDERING = Ordering(
    key=Notification.id,
    columns={"id": Notification.id, "created_at": Notification.created_at},
    default="-id",
)


def list_notifications(query: dict[str, Any]) -> Listing:
    """Of a digest each alert in it is found."""
    statement = equal(select(Notification), Notification, query, ("status", "kind"))
    if "channel_id" in query:
        statement = statement.where(
            Notification.channel_id == query["channel_id"], ~Notification.is_direct
        )
    if "alert_id" in query:
        told = select(NotificationItem.notification_id).where(
            NotificationItem.alert_id == query["alert_id"],
            NotificationItem.notification_id.is_not(None),
        )
        statement = statement.where(Notification.id.in_(told))
    if "from_" in query:
        statement = statement.where(Notification.created_at >= query["from_"])
    if "to" in query:
        statement = statement.where(Notification.created_at < query["to"])
    return Listing(statement, ORDERING)
