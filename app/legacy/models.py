"""What scripts sent: each status post, what was refused, and who still calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Versioned, partial_index
from app.core.tenancy import TenantScoped


def _by_date(name: str) -> Index:
    """An index over the posts that carry this date; most carry none."""
    return partial_index(
        f"ix_status_posts_{name}", "job_id", "caller", name, where=f"{name} IS NOT NULL"
    )


class StatusPost(Row, TenantScoped, Base):
    """One post about a run, as its script dated it; several may have fed one execution.

    `caller` names the key (or person) that sent it, `body_hash` is the SHA-256 of its bytes.
    `single_date` is the one date of `/status`, which may mean a start or an end.
    """

    __tablename__ = "status_posts"
    __table_args__ = (
        Index("ix_status_posts_job_arrived", "job_id", "caller", "arrived_at"),
        Index("ix_status_posts_execution", "execution_id"),
        _by_date("started_at"),
        _by_date("finished_at"),
        _by_date("single_date"),
        {"sqlite_autoincrement": True},
    )

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id"))
    execution_id: Mapped[int] = mapped_column(BigId, ForeignKey("executions.id"))
    caller: Mapped[str] = mapped_column(String(100))
    endpoint: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(10))
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    single_date: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RejectedReport(Row, TenantScoped, Versioned, Base):
    """A post from a valid key that was refused: body and reason, until somebody judges it."""

    __tablename__ = "rejected_reports"
    __table_args__ = (
        Index("ix_rejected_reports_tenant_received", "tenant_id", "received_at", "id"),
        Index("ix_rejected_reports_caller", "caller", "id"),
        partial_index(
            "ix_rejected_reports_execution", "execution_id", where="execution_id IS NOT NULL"
        ),
        {"sqlite_autoincrement": True},
    )
    label = "rejected report"
    audit_name = "rejected_report"

    caller: Mapped[str] = mapped_column(String(100))
    caller_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    endpoint: Mapped[str] = mapped_column(String(40))
    content_type: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(10))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    execution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    copy_id: Mapped[int | None] = mapped_column(BigId)


class LegacyCall(Row, TenantScoped, Base):
    """How often a caller has used an endpoint, and when last."""

    __tablename__ = "legacy_calls"
    __table_args__ = (
        Index("uq_legacy_calls", "tenant_id", "caller", "endpoint", unique=True),
        {"sqlite_autoincrement": True},
    )

    caller: Mapped[str] = mapped_column(String(100))
    caller_name: Mapped[str] = mapped_column(String(200))
    endpoint: Mapped[str] = mapped_column(String(40))
    count: Mapped[int] = mapped_column(BigInteger, default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
