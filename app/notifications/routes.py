"""Whom a tenant tells, and what was sent, under /notification-channels and /notifications."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.outside import TooManyWaiting
from app.core.schemas import DeletedSchema
from app.notifications.errors import NameTaken
from app.notifications.schemas import (
    ChannelCreateSchema,
    ChannelQuery,
    ChannelSchema,
    ChannelUpdateSchema,
    NotificationQuery,
    NotificationSchema,
    TestedSchema,
)
from app.notifications.service import channels, sent, testing

blp = Blueprint(
    "notifications",
    __name__,
    description="Who is told, and what was sent",
    resource="notification_channel",
)


@blp.get("/notification-channels")
@requires("notifications:read")
@filters(ChannelQuery)
@returns(ChannelSchema, page=True)
def list_notification_channels(query: dict[str, Any]) -> Any:
    """List the ways in which the tenant's people are told."""
    return channels.list_channels(query)


@blp.post("/notification-channels")
@requires("notifications:manage")
@takes(ChannelCreateSchema)
@returns(ChannelSchema, status=201, location="/api/v1/notification-channels/{id}")
@fails(NameTaken, TooManyWaiting)
def create_notification_channel(body: dict[str, Any]) -> Any:
    """Tell somebody of alerts from now on."""
    return channels.create_channel(body)


@blp.get("/notification-channels/<int:channel_id>")
@requires("notifications:read")
@returns(ChannelSchema)
def get_notification_channel(channel_id: int) -> Any:
    """Show a channel."""
    return channels.get_channel(channel_id)


@blp.put("/notification-channels/<int:channel_id>")
@requires("notifications:manage")
@takes(ChannelUpdateSchema)
@conditional
@returns(ChannelSchema)
@fails(NameTaken, TooManyWaiting)
def update_notification_channel(
    body: dict[str, Any], channel_id: int, expected_version: int | None
) -> Any:
    """Change the given fields of a channel."""
    return channels.update_channel(
        channel_id, body, clock.utcnow(), expected_version=expected_version
    )


@blp.delete("/notification-channels/<int:channel_id>")
@requires("notifications:manage")
@conditional
@returns(DeletedSchema, message="Channel deleted; what waited for it is not sent.")
def delete_notification_channel(channel_id: int, expected_version: int | None) -> Any:
    """Delete a channel; what was sent by it stays readable."""
    return channels.delete_channel(channel_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/notification-channels/<int:channel_id>/test")
@requires("notifications:manage")
@returns(TestedSchema)
@fails(TooManyWaiting)
def test_notification_channel(channel_id: int) -> Any:
    """Send a message by a channel now, and tell within 15 s how that went."""
    return testing.try_channel(channel_id, clock.utcnow())


@blp.get("/notifications")
@requires("notifications:read")
@filters(NotificationQuery)
@returns(NotificationSchema, page=True)
def list_notifications(query: dict[str, Any]) -> Any:
    """List what was sent, with each attempt, the newest first."""
    return sent.list_notifications(query)
