"""A person, and the membership that gives a person a role in a tenant."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned
from app.core.tenancy import TenantScoped


class User(Row, Timed, Versioned, Base):
    """A person who may belong to several tenants; not tenant-scoped, the membership is.

    `auth_epoch` rises when every token of the user is to stop at once. Names are kept as
    given and found by their lower-case form.
    """

    __tablename__ = "users"
    label = "user"
    audit_name = "user"

    username: Mapped[str] = mapped_column(String(100))
    username_key: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    full_name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(255), info={"secret": True})
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_platform_admin: Mapped[bool] = mapped_column(Boolean, default=False)
    auth_epoch: Mapped[int] = mapped_column(Integer, default=0)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_tenant_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("tenants.id"))


class Membership(Row, TenantScoped, Timed, Versioned, Base):
    """What a user is in one tenant."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), {"sqlite_autoincrement": True})
    label = "membership"
    audit_name = "membership"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
