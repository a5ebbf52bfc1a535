"""A copy: one place where a job's data lies."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.backups.values import UNKNOWN
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned
from app.core.tenancy import TenantScoped


class BackupCopy(Row, TenantScoped, Timed, Versioned, Base):
    """One place where a job's data lies.

    `is_system` marks the job's own repository, which the system keeps by itself.
    """

    __tablename__ = "backup_copies"
    __table_args__ = (
        Index("ix_backup_copies_job", "job_id", "id"),
        {"sqlite_autoincrement": True},
    )
    label = "copy"
    audit_name = "backup_copy"

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    storage_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("storage_providers.id"))
    location_type: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(20))
    is_system: Mapped[bool] = mapped_column(Boolean, default=False)
    is_immutable: Mapped[bool] = mapped_column(Boolean, default=False)
    max_age_hours: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20), default=UNKNOWN)
    last_backup_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_backup_size_bytes: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def last_backup_date(self) -> date | None:
        """The calendar date of `last_backup_at`, in UTC."""
        return self.last_backup_at.date() if self.last_backup_at else None
