"""An execution: one run of a job, or one restore from it."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.backups.values import BACKUP, FINAL, RUNNING
from app.core import clock
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, partial_index
from app.core.tenancy import TenantScoped

_OPEN = "status IN ('queued', 'running')"


class Execution(Row, TenantScoped, Base):
    """One run of a job, or one restore from it.

    `execution_date` is its start, and until it starts the moment it was asked for. `attempt`
    counts how often a worker took it; a retry is a row of its own, with `retry_of`.
    A running row belongs to `lease_owner` until `lease_until`; `handed_at` is when a message
    about it last went to the queue. `engine_*` names its child process, which is ended when its
    worker is gone; `engine_host` is known from the claim on, since it counts against what that
    host may run at once. `storage_id` is where its snapshot lies, also after its job moved
    elsewhere. One backup of a job is open at a time: an index says so.
    """

    __tablename__ = "executions"
    __table_args__ = (
        partial_index(
            "uq_executions_open_backup", "job_id", where=f"kind = 'backup' AND {_OPEN}", unique=True
        ),
        Index("ix_executions_job_date", "job_id", "execution_date", "id"),
        Index("ix_executions_job_kind_date", "job_id", "kind", "execution_date", "id"),
        partial_index(
            "ix_executions_storage",
            *("storage_id", "execution_date", "id"),
            where="storage_id IS NOT NULL",
        ),
        partial_index("ix_executions_retry_of", "retry_of", where="retry_of IS NOT NULL"),
        partial_index("ix_executions_open", "status", "lease_until", where=_OPEN),
        partial_index(
            "ix_executions_for_runners",
            *("tenant_id", "runner", "priority", "id"),
            where="status = 'queued' AND runner IS NOT NULL",
        ),
        partial_index(
            "ix_executions_waiting",
            *("priority", "id"),
            where="status = 'queued' AND runner IS NULL",
        ),
        {"sqlite_autoincrement": True},
    )
    label = "execution"

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id"))
    kind: Mapped[str] = mapped_column(String(10), default=BACKUP)
    status: Mapped[str] = mapped_column(String(10))
    trigger: Mapped[str] = mapped_column(String(10))
    backup_type: Mapped[str | None] = mapped_column(String(20))
    execution_date: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_seconds: Mapped[float | None] = mapped_column(Float)
    backup_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    bytes_added: Mapped[int | None] = mapped_column(BigInteger)
    files_total: Mapped[int | None] = mapped_column(BigInteger)
    files_changed: Mapped[int | None] = mapped_column(BigInteger)
    progress_fraction: Mapped[float | None] = mapped_column(Float)
    bytes_done: Mapped[int | None] = mapped_column(BigInteger)
    bytes_total: Mapped[int | None] = mapped_column(BigInteger)
    files_done: Mapped[int | None] = mapped_column(BigInteger)
    snapshot_id: Mapped[str | None] = mapped_column(String(64))
    storage_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("storage_providers.id"))
    runner: Mapped[str | None] = mapped_column(String(100))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    retry_of: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    retry_number: Mapped[int] = mapped_column(Integer, default=0)
    priority: Mapped[int] = mapped_column(Integer, default=5)
    notify: Mapped[bool] = mapped_column(Boolean, default=True)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str | None] = mapped_column(Text)
    source_system: Mapped[str | None] = mapped_column(String(100))
    requested_by: Mapped[str | None] = mapped_column(String(200))
    trace_id: Mapped[str | None] = mapped_column(String(128))
    encoding_repaired: Mapped[bool] = mapped_column(Boolean, default=False)

    restore_snapshot: Mapped[str | None] = mapped_column(String(64))
    restore_include: Mapped[list[str] | None] = mapped_column(JSON)
    restore_target: Mapped[str | None] = mapped_column(String(1000))
    restore_overwrite: Mapped[bool] = mapped_column(Boolean, default=False)

    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    engine_host: Mapped[str | None] = mapped_column(String(100))
    engine_pid: Mapped[int | None] = mapped_column(Integer)
    engine_started_at: Mapped[float | None] = mapped_column(Float)

    @property
    def execution_id(self) -> int:
        """Its id, under the name that scripts and pipelines look for."""
        return self.id

    @property
    def is_final(self) -> bool:
        """It has ended, or it never was more than a report; nothing changes it any more."""
        return self.status in FINAL

    @property
    def progress(self) -> float | None:
        """0-1 while it runs."""
        return self.progress_fraction if self.status == RUNNING else None


class ExecutionLog(TenantScoped, Base):
    """What the engine said: its beginning, its end, and how much fell out between them."""

    __tablename__ = "execution_logs"

    execution_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("executions.id", ondelete="CASCADE"), primary_key=True
    )
    head: Mapped[str] = mapped_column(Text, default="")
    tail: Mapped[str] = mapped_column(Text, default="")
    dropped_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
