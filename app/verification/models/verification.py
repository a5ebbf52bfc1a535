"""A verification: one test of what a job has backed up, and what it found."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, partial_index
from app.core.tenancy import TenantScoped
from app.verification.values import BAD, RUNNING, SAMPLE

_OPEN = "status IN ('queued', 'running')"


class VerificationFailure(Row, TenantScoped, Base):
    """A file, or a part of the repository, that did not stand a verification, and why."""

    __tablename__ = "verification_failures"
    __table_args__ = (
        Index("ix_verification_failures_verification", "verification_id", "id"),
        {"sqlite_autoincrement": True},
    )

    verification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("verifications.id", ondelete="CASCADE")
    )
    path: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class Verification(Row, TenantScoped, Base):
    """One test of what a job has backed up.

    `status` is `failed` when the test could not be carried out; one that was carried out is
    `completed`, and `result` says what came of it. `snapshot_id` is what it proved,
    `execution_id` the run that made that, and `is_latest` that no newer run has ended by then.
    The counts are of `counted`. `lease_*`, `handed_at`, `attempt` and `engine_*` are as an
    execution has them. One verification of a job is open at a time: an index says so.
    """

    __tablename__ = "verifications"
    __table_args__ = (
        partial_index("uq_verifications_open", "job_id", where=_OPEN, unique=True),
        Index("ix_verifications_job", "job_id", "id"),
        partial_index(
            "ix_verifications_execution", "execution_id", where="execution_id IS NOT NULL"
        ),
        Index("ix_verifications_tenant_created", "tenant_id", "created_at", "id"),
        partial_index("ix_verifications_open", "status", "lease_until", where=_OPEN),
        {"sqlite_autoincrement": True},
    )
    label = "verification"

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id"))
    schedule_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("verification_schedules.id", ondelete="SET NULL")
    )
    test_type: Mapped[str] = mapped_column(String(10))
    scope: Mapped[str] = mapped_column(String(10), default=SAMPLE)
    notify: Mapped[bool] = mapped_column(Boolean, default=True)
    wanted_snapshot: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(10))
    result: Mapped[str | None] = mapped_column(String(10))

    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    snapshot_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    execution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    is_latest: Mapped[bool | None] = mapped_column(Boolean)
    counted: Mapped[str | None] = mapped_column(String(10))
    total_files: Mapped[int | None] = mapped_column(BigInteger)
    passed_files: Mapped[int | None] = mapped_column(BigInteger)
    failed_files: Mapped[int | None] = mapped_column(BigInteger)
    failures_total: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes_checked: Mapped[int | None] = mapped_column(BigInteger)
    restore_seconds: Mapped[float | None] = mapped_column(Float)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str | None] = mapped_column(Text)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_seconds: Mapped[float | None] = mapped_column(Float)
    progress_fraction: Mapped[float | None] = mapped_column(Float)
    bytes_done: Mapped[int | None] = mapped_column(BigInteger)
    bytes_total: Mapped[int | None] = mapped_column(BigInteger)
    files_done: Mapped[int | None] = mapped_column(BigInteger)
    files_total: Mapped[int | None] = mapped_column(BigInteger)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    requested_by: Mapped[str | None] = mapped_column(String(200))
    trace_id: Mapped[str | None] = mapped_column(String(128))

    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    engine_host: Mapped[str | None] = mapped_column(String(100))
    engine_pid: Mapped[int | None] = mapped_column(Integer)
    engine_started_at: Mapped[float | None] = mapped_column(Float)

    failures: Mapped[list[VerificationFailure]] = relationship(
        order_by=VerificationFailure.id, viewonly=True
    )

    @property
    def verification_id(self) -> int:
        """Its id, under the name that its query parameter has."""
        return self.id

    @property
    def backup_id(self) -> int:
        return self.job_id

    @property
    def progress(self) -> float | None:
        """0-1 while it runs."""
        return self.progress_fraction if self.status == RUNNING else None

    @property
    def success_rate(self) -> float | None:
        """Percent of what was counted; None when nothing was."""
        if self.result is None:
            return None
        if not self.total_files:
            return 0.0 if self.result == BAD else 100.0
        return round(100 * (self.passed_files or 0) / self.total_files, 2)
