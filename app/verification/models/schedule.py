"""A schedule: a verification that comes again."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned
from app.core.tenancy import TenantScoped
from app.verification.values import SAMPLE


class VerificationSchedule(Row, TenantScoped, Timed, Versioned, Base):
    """A verification that comes again.

    `rhythm` is its frequency as a cron expression; `cron` is only there when people gave one.
    """

    __tablename__ = "verification_schedules"
    __table_args__ = (
        Index("ix_verification_schedules_tenant", "tenant_id", "id"),
        Index("ix_verification_schedules_next_run", "next_run"),
        {"sqlite_autoincrement": True},
    )
    label = "verification schedule"
    audit_name = "verification_schedule"

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id"))
    test_type: Mapped[str] = mapped_column(String(10))
    scope: Mapped[str] = mapped_column(String(10), default=SAMPLE)
    frequency: Mapped[str] = mapped_column(String(12))
    cron: Mapped[str | None] = mapped_column(String(200))
    rhythm: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    notify: Mapped[bool] = mapped_column(Boolean, default=True)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    last_run: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_run: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def backup_id(self) -> int:
        return self.job_id
