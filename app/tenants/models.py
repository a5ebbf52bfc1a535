"""A tenant: whose data it is, in which time zone it lives, and what it decides for itself."""

from sqlalchemy import JSON, Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.models import Row, Timed, Versioned


class Tenant(Row, Timed, Versioned, Base):
    """Whose data it is, and what its time zone and its folders are.

    `*_roots` are absolute folders; null means the server's own for the first tenant, and none
    at all for any other. What is below them null stands for the default (`monitoring.py`).
    """

    __tablename__ = "tenants"
    label = "tenant"
    audit_name = "tenant"

    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_suspended: Mapped[bool] = mapped_column(Boolean, default=False)
    source_roots: Mapped[list[str] | None] = mapped_column(JSON)
    restore_roots: Mapped[list[str] | None] = mapped_column(JSON)
    storage_roots: Mapped[list[str] | None] = mapped_column(JSON)
    # {"from": "22:00", "to": "06:00"} in the tenant's own zone: nothing is sent then.
    quiet_hours: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    missed_check_seconds: Mapped[int | None] = mapped_column(Integer)
    storage_low_percent: Mapped[int | None] = mapped_column(Integer)
    storage_ok_percent: Mapped[int | None] = mapped_column(Integer)
    runner_timeout_seconds: Mapped[int | None] = mapped_column(Integer)
    max_verification_age_days: Mapped[int | None] = mapped_column(Integer)
    execution_retention_days: Mapped[int | None] = mapped_column(Integer)
    event_retention_days: Mapped[int | None] = mapped_column(Integer)
    digest_times: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
