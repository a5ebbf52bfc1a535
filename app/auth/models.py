"""API keys, and the families of tokens that grow from one sign-in."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, Timed, Versioned
from app.core.secrets import SECRET
from app.core.tenancy import TenantFiltered, TenantScoped


class ApiKey(Row, TenantScoped, Timed, Versioned, Base):
    """A machine's way in; only a keyed hash of its secret is kept.

    During a rotation's overlap the previous secret is valid until `previous_expires_at`.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("ix_api_keys_tenant", "tenant_id", "id"),
        {"sqlite_autoincrement": True},
    )
    label = "API key"
    audit_name = "api_key"

    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), info=SECRET)
    previous_hash: Mapped[str | None] = mapped_column(String(64), info=SECRET)
    previous_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    role: Mapped[str | None] = mapped_column(String(20))
    permissions: Mapped[list[str] | None] = mapped_column(JSON)
    allowed_networks: Mapped[list[str]] = mapped_column(JSON, default=list)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))


class TokenFamily(Row, TenantFiltered, Base):
    """The tokens of one sign-in: one refresh token is current, any earlier one is a theft."""

    __tablename__ = "token_families"
    __table_args__ = (
        Index("ix_token_families_user", "user_id", "revoked_at"),
        {"sqlite_autoincrement": True},
    )

    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    tenant_id: Mapped[int] = mapped_column(BigId, ForeignKey("tenants.id"))
    auth_epoch: Mapped[int] = mapped_column(Integer)
    refresh_jti: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(40))
