"""Runners, and what is kept of each run that one of them took."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Versioned
from app.core.tenancy import TenantScoped
from app.runners.values import ONLINE_FOR


class Runner(Row, TenantScoped, Versioned, Base):
    """A host that executes the runs of the jobs that name it.

    `last_seen_at` may be up to SEEN_STEP behind. `lost_at` is set from the moment that it was
    missed, with work waiting for it, until it is back.
    """

    __tablename__ = "runners"
    __table_args__ = (
        Index("uq_runners_name", "tenant_id", "name", unique=True),
        Index("uq_runners_api_key", "api_key_id", unique=True),
        {"sqlite_autoincrement": True},
    )
    label = "runner"
    audit_name = "runner"

    name: Mapped[str] = mapped_column(String(100))
    api_key_id: Mapped[int] = mapped_column(BigId, ForeignKey("api_keys.id"))
    platform: Mapped[str | None] = mapped_column(String(200))
    runner_version: Mapped[str | None] = mapped_column(String(50))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.utcnow)

    @property
    def online(self) -> bool:
        """It was heard of within the last 90 seconds."""
        return self.last_seen_at is not None and clock.utcnow() - self.last_seen_at <= ONLINE_FOR


class RunClaim(TenantScoped, Base):
    """A run that a runner took: the repository that it was given, and what it reported.

    The digests tell a report that comes again from another one: `completed_by` of the one that
    ended the run, `late_report` of the last one that came when it was over.
    """

    __tablename__ = "run_claims"

    execution_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("executions.id", ondelete="CASCADE"), primary_key=True
    )
    repository_location: Mapped[str | None] = mapped_column(String(2000))
    completed_by: Mapped[str | None] = mapped_column(String(64))
    late_report: Mapped[str | None] = mapped_column(String(64))
