"""An alert: what is wrong now with one thing, from the first event of it to the recovery."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned, partial_index
from app.core.tenancy import TenantScoped


class Alert(Row, TenantScoped, Timed, Versioned, Base):
    """What is wrong now, one row a tenant and `dedup_key` until it is resolved.

    `type` is the type of the event that opened it. A child (`parent_id`) is what its parent's
    failure explains: it is listed there, and told of to nobody.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        partial_index(
            "uq_alerts_open", "tenant_id", "dedup_key", where="status <> 'resolved'", unique=True
        ),
        Index("ix_alerts_tenant_seen", "tenant_id", "last_seen_at", "id"),
        Index("ix_alerts_parent", "parent_id"),
        {"sqlite_autoincrement": True},
    )
    label = "alert"
    audit_name = "alert"

    dedup_key: Mapped[str] = mapped_column(String(300))
    type: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(15), default="open")
    title: Mapped[str] = mapped_column(String(300))
    message: Mapped[str | None] = mapped_column(Text)
    subject_type: Mapped[str | None] = mapped_column(String(50))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    backup_id: Mapped[int | None] = mapped_column(BigId)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    count: Mapped[int] = mapped_column(Integer, default=1)
    flaps: Mapped[int] = mapped_column(Integer, default=0)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_event_id: Mapped[int | None] = mapped_column(BigId)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("alerts.id"))


class AlertNotice(Row, TenantScoped, Base):
    """A turn of an alert that people are to be told of, written in the same transaction.

    `kind` is opened, reopened, escalated (a higher severity) or resolved; `handled_at` is set by
    who tells them.
    """

    __tablename__ = "alert_notices"
    __table_args__ = (
        partial_index("ix_alert_notices_unhandled", "id", where="handled_at IS NULL"),
        Index("ix_alert_notices_alert", "alert_id", "id"),
        {"sqlite_autoincrement": True},
    )

    alert_id: Mapped[int] = mapped_column(BigId, ForeignKey("alerts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(15))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
