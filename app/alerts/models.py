"""An alert: what is wrong now with one thing, from the first event of it to the recovery."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.alerts.values import FLAPPING, OPEN, RELAPSE
from app.core import clock
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned, partial_index
from app.core.tenancy import TenantScoped


class Alert(Row, TenantScoped, Timed, Versioned, Base):
    """What is wrong now, one row a tenant and `dedup_key` until it is resolved.

    `type` is the type of the event that opened it. A child (`parent_id`) is what its parent's
    failure explains: it is listed there, and told of to nobody.
    `told` is what people were told last, open or resolved, null for nothing; `calm_at` is when it
    will have stopped flapping, where a turn was not told by reason of that. `flaps` counts all
    relapses, `flapped_at` holds the times of the last ones. `look_again_at` is when the scheduler
    judges it anew. `held_by` reopened it by hand: what is known of its subject does not resolve
    it, an event does.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        partial_index(
            "uq_alerts_open", "tenant_id", "dedup_key", where="status <> 'resolved'", unique=True
        ),
        Index("ix_alerts_key", "tenant_id", "dedup_key", "id"),
        Index("ix_alerts_tenant_seen", "tenant_id", "last_seen_at", "id"),
        Index("ix_alerts_backup", "tenant_id", "backup_id", "last_seen_at", "id"),
        Index("ix_alerts_parent", "parent_id"),
        partial_index("ix_alerts_look_again", "look_again_at", where="look_again_at IS NOT NULL"),
        partial_index("ix_alerts_snoozed", "snoozed_until", where="status = 'snoozed'"),
        partial_index("ix_alerts_calm", "calm_at", where="calm_at IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )
    label = "alert"
    audit_name = "alert"

    dedup_key: Mapped[str] = mapped_column(String(300))
    type: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    severity_rank: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(15), default=OPEN)
    title: Mapped[str] = mapped_column(String(300))
    message: Mapped[str | None] = mapped_column(Text)
    subject_type: Mapped[str | None] = mapped_column(String(50))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    backup_id: Mapped[int | None] = mapped_column(BigId)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    count: Mapped[int] = mapped_column(Integer, default=1)
    flaps: Mapped[int] = mapped_column(Integer, default=0)
    flapped_at: Mapped[list[str]] = mapped_column(JSON, default=list)
    calm_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[str | None] = mapped_column(String(15))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_event_id: Mapped[int | None] = mapped_column(BigId)
    look_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(String(200))
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    held_by: Mapped[str | None] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("alerts.id"))

    @property
    def is_flapping(self) -> bool:
        """It came back three times within the last hour."""
        return self.flaps_at(clock.utcnow())

    def flaps_at(self, at: datetime) -> bool:
        """It came back three times within the hour before."""
        ends_at = self.flaps_until
        return ends_at is not None and at < ends_at

    @property
    def flaps_until(self) -> datetime | None:
        """When its last three relapses no longer lie within an hour; None without as many."""
        recent = self.flapped_at[-FLAPPING:]
        return clock.parse_wire(recent[0]) + RELAPSE if len(recent) == FLAPPING else None

    @property
    def subject(self) -> dict[str, Any] | None:
        if self.subject_type is None:
            return None
        return {"type": self.subject_type, "id": self.subject_id}


class AlertTurn(Row, TenantScoped, Base):
    """What became of an alert: an event that was counted, once, or what somebody did."""

    __tablename__ = "alert_turns"
    __table_args__ = (
        partial_index(
            "uq_alert_turns_event",
            *("event_id", "alert_id"),
            where="event_id IS NOT NULL",
            unique=True,
        ),
        Index("ix_alert_turns_alert", "alert_id", "id"),
        {"sqlite_autoincrement": True},
    )

    alert_id: Mapped[int] = mapped_column(BigId, ForeignKey("alerts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(15))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[int | None] = mapped_column(BigId)
    by: Mapped[str | None] = mapped_column(String(200))
    comment: Mapped[str | None] = mapped_column(String(2000))


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
