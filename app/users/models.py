"""A person, the membership that gives a role in a tenant, and the links that lead here."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned, partial_index
from app.core.secrets import SECRET
from app.core.tenancy import TenantScoped
from app.users.values import ACCEPTED, EXPIRED, OPEN, WITHDRAWN


class User(Row, Timed, Versioned, Base):
    """A person who may belong to several tenants; not tenant-scoped, the membership is.

    `auth_epoch` rises when every token of the user is to stop at once. Names are kept as
    given and found by their lower-case form; `search_text` is what `search` looks through,
    case-folded (SQLite folds ASCII only).
    """

    __tablename__ = "users"
    label = "user"
    audit_name = "user"

    username: Mapped[str] = mapped_column(String(100))
    username_key: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    full_name: Mapped[str] = mapped_column(String(100))
    search_text: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(String(255), info=SECRET)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_platform_admin: Mapped[bool] = mapped_column(Boolean, default=False)
    auth_epoch: Mapped[int] = mapped_column(Integer, default=0)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_tenant_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("tenants.id"))

    # That of the session's tenant. It never loads by itself: without a tenant it would be any.
    membership: Mapped["Membership"] = relationship(viewonly=True, lazy="raise")

    @property
    def role(self) -> str:
        """In the session's tenant, for a user who was read with the membership."""
        return self.membership.role

    @property
    def login_enabled(self) -> bool:
        return self.password_hash is not None


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def _keep_search_text(_mapper: Any, _connection: Any, user: User) -> None:
    user.search_text = "\n".join((user.username, user.email or "", user.full_name)).casefold()


class Membership(Row, TenantScoped, Timed, Versioned, Base):
    """What a user is in one tenant."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), {"sqlite_autoincrement": True})
    label = "membership"
    audit_name = "membership"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)


class Invite(Row, TenantScoped, Timed, Versioned, Base):
    """A single-use link into a tenant; only a keyed hash of its token is kept."""

    __tablename__ = "invites"
    __table_args__ = (
        Index("ix_invites_tenant", "tenant_id", "id"),
        partial_index(
            "uq_invites_open",
            "tenant_id",
            "email_key",
            where="accepted_at IS NULL AND withdrawn_at IS NULL",
            unique=True,
        ),
        {"sqlite_autoincrement": True},
    )
    label = "invite"
    audit_name = "invite"

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))

    def status_at(self, now: datetime) -> str:
        if self.accepted_at is not None:
            return ACCEPTED
        if self.withdrawn_at is not None:
            return WITHDRAWN
        return EXPIRED if self.expires_at <= now else OPEN


class PasswordReset(Row, TenantScoped, Timed, Base):
    """The one reset link of a user that is valid: a newer one replaces it, its use removes it."""

    __tablename__ = "password_resets"
    label = "password reset"
    audit_name = "password_reset"

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=SECRET)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
