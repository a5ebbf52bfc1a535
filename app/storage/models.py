"""A storage provider: where repositories lie and how one gets there."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.models import Row, SoftDeleted, Timed, Versioned, partial_index
from app.core.secrets import Encrypted
from app.core.tenancy import TenantScoped


class StorageProvider(Row, TenantScoped, Timed, Versioned, SoftDeleted, Base):
    """A place where repositories lie.

    `credentials` is a JSON object as text, encrypted; `is_online` is null before a test.
    """

    __tablename__ = "storage_providers"
    __table_args__ = (
        partial_index(
            "uq_storage_providers_name",
            "tenant_id",
            "name",
            where="deleted_at IS NULL",
            unique=True,
        ),
        {"sqlite_autoincrement": True},
    )
    label = "storage provider"
    audit_name = "storage_provider"

    name: Mapped[str] = mapped_column(String(100))
    provider_type: Mapped[str] = mapped_column(String(20))
    location_type: Mapped[str] = mapped_column(String(20))
    connection_string: Mapped[str] = mapped_column(String(1000))
    credentials: Mapped[str | None] = mapped_column(Encrypted, info={"secret": True})
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    is_immutable: Mapped[bool] = mapped_column(Boolean, default=False)
    immutable_days: Mapped[int | None] = mapped_column(Integer)
    capacity_bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_online: Mapped[bool | None] = mapped_column(Boolean)
    last_verified: Mapped[datetime | None] = mapped_column(UtcDateTime)
