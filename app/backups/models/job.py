"""A backup job: what is backed up, when, with what, and how it last went."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.backups.values import RESTIC, UNKNOWN
from app.core import clock
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted, Timed, Versioned, partial_index
from app.core.secrets import SECRET, Encrypted
from app.core.tenancy import TenantScoped

# What this server or a runner executes, spelt as the index of due jobs has it.
_RUNNABLE = "(backup_tool = 'restic' OR runner IS NOT NULL)"
IS_RUNNABLE = text(_RUNNABLE)


class JobTag(Row, TenantScoped, Base):
    """A tag of a job, a row each so that every database can filter by it."""

    __tablename__ = "backup_job_tags"
    __table_args__ = (
        Index("uq_backup_job_tags", "job_id", "tag", unique=True),
        Index("ix_backup_job_tags_tag", "tenant_id", "tag"),
        {"sqlite_autoincrement": True},
    )

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(50))

    def __str__(self) -> str:
        return self.tag


class BackupJob(Row, TenantScoped, Timed, Versioned, SoftDeleted, Base):
    """What is backed up, when, with what, and how it last went.

    `version` counts what people change; a run's results do not raise it. `next_run` is the first
    due time that was not attended to; a due run that has not begun by `overdue_at` is missed
    (`app/backups/rules/due.py`).
    `repository_location` is where the repository was made: a job that has one never makes
    another there, since a repository that vanished is a loss to be told, not to be hidden.
    `dates_told_until` is the latest moment that a status post has named, `undated_post_at` when
    the newest one that named none came: a post beyond both speaks of a new run.
    `compliance_check_at` is when its compliance is looked at though nothing happened to it.
    `search_text` is what `search` looks through, case-folded (SQLite folds ASCII only).
    """

    __tablename__ = "backup_jobs"
    __table_args__ = (
        partial_index(
            "uq_backup_jobs_name", "tenant_id", "name", where="deleted_at IS NULL", unique=True
        ),
        Index("ix_backup_jobs_tenant_created", "tenant_id", "created_at", "id"),
        partial_index(
            "ix_backup_jobs_due", "next_run", where=f"next_run IS NOT NULL AND {_RUNNABLE}"
        ),
        partial_index("ix_backup_jobs_overdue", "overdue_at", where="overdue_at IS NOT NULL"),
        partial_index(
            "ix_backup_jobs_compliance_check", "compliance_check_at", where="deleted_at IS NULL"
        ),
        partial_index(
            "ix_backup_jobs_standing",
            *("tenant_id", "is_active", "last_result", "compliance_status"),
            where="deleted_at IS NULL",
        ),
        partial_index(
            "ix_backup_jobs_at_risk",
            *("tenant_id", "consecutive_failures"),
            where="consecutive_failures > 0 AND is_active AND deleted_at IS NULL",
        ),
        partial_index(
            "ix_backup_jobs_deleted", "tenant_id", "deleted_at", where="deleted_at IS NOT NULL"
        ),
        {"sqlite_autoincrement": True},
    )
    label = "backup job"
    audit_name = "backup_job"
    audit_parts = {"tags": "tag_rows"}

    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(500))
    source_path: Mapped[str] = mapped_column(String(1000))
    backup_type: Mapped[str] = mapped_column(String(20))
    backup_tool: Mapped[str] = mapped_column(String(20), default=RESTIC)
    runner: Mapped[str | None] = mapped_column(String(100))
    storage_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("storage_providers.id"))
    excludes: Mapped[list[str]] = mapped_column(JSON, default=list)

    schedule_type: Mapped[str] = mapped_column(String(20))
    schedule_time: Mapped[str | None] = mapped_column(String(5))
    schedule_days: Mapped[str | None] = mapped_column(String(200))
    cron: Mapped[str | None] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    grace_minutes: Mapped[int] = mapped_column(Integer, default=60)

    retention_days: Mapped[int] = mapped_column(Integer, default=30)
    priority: Mapped[int] = mapped_column(Integer, default=5)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    notification_email: Mapped[str | None] = mapped_column(String(254))
    max_runtime_minutes: Mapped[int | None] = mapped_column(Integer)
    max_retries: Mapped[int] = mapped_column(Integer, default=0)
    owner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))

    repository_password: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)
    repository_location: Mapped[str | None] = mapped_column(String(2000))
    search_text: Mapped[str] = mapped_column(Text, default="")

    last_run: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_run: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_result: Mapped[str | None] = mapped_column(String(20))
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_duration_seconds: Mapped[float | None] = mapped_column(Float)
    consecutive_failures: Mapped[int] = mapped_column(Integer, default=0)
    dates_told_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undated_post_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compliance_status: Mapped[str] = mapped_column(String(20), default=UNKNOWN)
    compliance_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.utcnow)
    last_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_proven_restorable_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restore_seconds: Mapped[float | None] = mapped_column(Float)

    tag_rows: Mapped[list[JobTag]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by=JobTag.tag
    )

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in self.tag_rows]

    @property
    def runs_here(self) -> bool:
        """Executed by this server's own workers."""
        return self.backup_tool == RESTIC and self.runner is None

    @property
    def is_report_only(self) -> bool:
        """Executed by something that only tells of it."""
        return self.backup_tool != RESTIC and self.runner is None
