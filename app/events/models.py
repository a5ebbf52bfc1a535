"""An event: one fact, written in the transaction of the change that it tells of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted
from app.core.tenancy import TenantScoped


class Event(Row, TenantScoped, SoftDeleted, Base):
    """What happened to what, when, and how bad it is."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_tenant_occurred", "tenant_id", "occurred_at", "id"),
        Index("ix_events_subject", "tenant_id", "subject_type", "subject_id"),
        {"sqlite_autoincrement": True},
    )

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
