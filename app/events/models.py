"""An event: one fact, written in the transaction of the change that it tells of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, FetchedValue, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted, partial_index
from app.core.tenancy import TenantScoped


class Event(Row, TenantScoped, SoftDeleted, Base):
    """What happened to what, when, and how bad it is.

    `xid` is the number of the transaction that wrote it, which PostgreSQL fills in by itself;
    on SQLite, which has one writer at a time, it is 0 and the ids are in the order of commits.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_tenant_occurred", "tenant_id", "occurred_at", "id"),
        Index("ix_events_feed", "tenant_id", "xid", "id"),
        Index("ix_events_type", "tenant_id", "type", "xid", "id"),
        Index("ix_events_subject", "tenant_id", "subject_type", "subject_id", "xid", "id"),
        Index("ix_events_commits", "xid", "id"),
        partial_index(
            "ix_events_deleted", "tenant_id", "occurred_at", where="deleted_at IS NOT NULL"
        ),
        {"sqlite_autoincrement": True},
    )
    label = "event"
    # Those that are recorded with a change are told of by it; a person posts and deletes others.
    audit_name = "event"

    type: Mapped[str] = mapped_column(String(60))
    severity: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(100))
    source_agent: Mapped[str | None] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(300))
    message: Mapped[str | None] = mapped_column(Text)
    subject_type: Mapped[str | None] = mapped_column(String(50))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trace_id: Mapped[str | None] = mapped_column(String(128))
    xid: Mapped[int] = mapped_column(BigInteger, FetchedValue())

    @property
    def subject(self) -> dict[str, Any] | None:
        """What it happened to."""
        if self.subject_type is None:
            return None
        return {"type": self.subject_type, "id": self.subject_id}


class EventFollower(Base):
    """How far somebody has read the event log; it belongs to no tenant.

    Whoever reads holds `lease_owner` until `lease_until`, so that no two read one batch.
    """

    __tablename__ = "event_followers"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    read_xid: Mapped[int] = mapped_column(BigInteger, default=0)
    read_id: Mapped[int] = mapped_column(BigId, default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
