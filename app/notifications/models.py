"""Whom a tenant tells, what each of them is to be told, and what became of each message."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted, Timed, Versioned, partial_index
from app.core.secrets import SECRET, Encrypted
from app.core.tenancy import TenantScoped
from app.notifications.values import GENERIC, OFF, PENDING

_JSON = JSON(none_as_null=True)


class NotificationChannel(Row, TenantScoped, Timed, Versioned, SoftDeleted, Base):
    """One way in which people are told, and of what.

    A webhook's whole `url` is a secret, since it holds a token; `url_shown` is what may be seen.
    `address` is set where nobody made the channel: it is that of a job's `notification_email`,
    and such a channel is shown to nobody.

    `due_at` is when what waits for the channel is put together next, null when nothing waits;
    `storm_until` is how long it waits at least after a storm. `failing_since` is set from the
    first message that was given up until one gets through.
    """

    __tablename__ = "notification_channels"
    __table_args__ = (
        partial_index(
            "uq_notification_channels_name",
            "tenant_id",
            "name",
            where="deleted_at IS NULL AND address IS NULL",
            unique=True,
        ),
        partial_index(
            "uq_notification_channels_address",
            "tenant_id",
            "address",
            where="address IS NOT NULL",
            unique=True,
        ),
        partial_index("ix_notification_channels_due", "due_at", where="due_at IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )
    label = "notification channel"
    audit_name = "notification_channel"

    name: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[str] | None] = mapped_column(_JSON)
    url: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)
    url_shown: Mapped[str | None] = mapped_column(String(300))
    format: Mapped[str] = mapped_column(String(10), default=GENERIC)
    min_severity: Mapped[str] = mapped_column(String(10), default="medium")
    event_types: Mapped[list[str] | None] = mapped_column(_JSON)
    quiet_hours: Mapped[dict[str, str] | None] = mapped_column(_JSON)
    digest: Mapped[str] = mapped_column(String(10), default=OFF)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    address: Mapped[str | None] = mapped_column(String(254))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    storm_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))
    last_error_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notification(Row, TenantScoped, Base):
    """One message to one channel, and each attempt to deliver it.

    `is_direct` is one to a job's own address. `recipient` is whom, as far as it may be seen;
    `left` are the addresses that were not served yet, null for all of them. `next_attempt_at` is
    null once it was sent or given up; while it is being sent it is the end of the lease, and
    `attempts` tells whose.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        partial_index(
            "ix_notifications_due", "next_attempt_at", where="next_attempt_at IS NOT NULL"
        ),
        Index("ix_notifications_tenant", "tenant_id", "id"),
        Index("ix_notifications_channel", "channel_id", "id"),
        {"sqlite_autoincrement": True},
    )
    label = "notification"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("notification_channels.id", ondelete="CASCADE")
    )
    is_direct: Mapped[bool] = mapped_column(Boolean, default=False)
    kind: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(String(300))
    left: Mapped[list[str] | None] = mapped_column(_JSON)
    title: Mapped[str] = mapped_column(String(300))
    severity: Mapped[str] = mapped_column(String(10))
    items_count: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[str] = mapped_column(String(10), default=PENDING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))
    message_id: Mapped[str] = mapped_column(String(300))

    @property
    def shown_channel_id(self) -> int | None:
        """The channel, where it is one that somebody made."""
        return None if self.is_direct else self.channel_id


class NotificationItem(Row, TenantScoped, Base):
    """One thing that a channel is to be told; it waits until it is part of a notification.

    `source` names what it came from, so that nothing becomes two items of one channel. `kind` is
    a turn of an alert, or `event`.
    """

    __tablename__ = "notification_items"
    __table_args__ = (
        Index("uq_notification_items_source", "channel_id", "source", unique=True),
        partial_index(
            "ix_notification_items_waiting", "channel_id", "id", where="notification_id IS NULL"
        ),
        Index("ix_notification_items_notification", "notification_id", "id"),
        Index("ix_notification_items_alert", "alert_id"),
        {"sqlite_autoincrement": True},
    )

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("notification_channels.id", ondelete="CASCADE")
    )
    notification_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("notifications.id", ondelete="CASCADE")
    )
    source: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(15))
    type: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    message: Mapped[str | None] = mapped_column(Text)
    # No foreign keys: events and alerts go when their time is over, what was told of them stays.
    alert_id: Mapped[int | None] = mapped_column(BigId)
    event_id: Mapped[int | None] = mapped_column(BigId)
    subject_type: Mapped[str | None] = mapped_column(String(50))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
