"""A tenant: whose data it is, in which time zone it lives, and which folders it may use."""

from sqlalchemy import JSON, Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.models import Row, Timed, Versioned


class Tenant(Row, Timed, Versioned, Base):
    """Whose data it is, and what its time zone and its folders are.

    `*_roots` are absolute folders; null means the server's own for the first tenant, and none
    at all for any other.
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
