"""What is kept of compliance: how each job stands now, and every change of that."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.backups.models import BackupJob
from app.compliance.values import NOTHING_KNOWN, UNKNOWN
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row
from app.core.tenancy import TenantScoped


class ComplianceState(Row, TenantScoped, Base):
    """How a job stands.

    `outcome` is a letter for each digit: met (t), not met (f), not known (n). `violated_at` is
    since when it is in violation, until it is known that it is not.
    """

    __tablename__ = "compliance_states"
    __table_args__ = (
        Index("uq_compliance_states_job", "job_id", unique=True),
        Index("ix_compliance_states_status", "tenant_id", "status", "job_id"),
        {"sqlite_autoincrement": True},
    )
    label = "compliance"

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(20), default=UNKNOWN)
    outcome: Mapped[str] = mapped_column(String(5), default=NOTHING_KNOWN)
    digits: Mapped[dict[str, Any]] = mapped_column(JSON)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    violated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    job: Mapped[BackupJob] = relationship(viewonly=True, lazy="raise")

    @property
    def backup_id(self) -> int:
        """The job's id, under the name that it has in addresses."""
        return self.job_id

    @property
    def name(self) -> str:
        return self.job.name


class ComplianceChange(Row, TenantScoped, Base):
    """One change of a job's status or of a digit, with the evidence of that moment."""

    __tablename__ = "compliance_changes"
    __table_args__ = (
        Index("ix_compliance_changes_job", "job_id", "id"),
        Index("ix_compliance_changes_when", "tenant_id", "changed_at"),
        {"sqlite_autoincrement": True},
    )

    job_id: Mapped[int] = mapped_column(BigId, ForeignKey("backup_jobs.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))
    previous_status: Mapped[str] = mapped_column(String(20))
    changed: Mapped[list[str]] = mapped_column(JSON)
    digits: Mapped[dict[str, Any]] = mapped_column(JSON)
