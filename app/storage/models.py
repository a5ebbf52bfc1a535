"""Storage providers: where repositories lie and how one gets there; and accounts of Amazon's."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, SoftDeleted, Timed, Versioned, partial_index
from app.core.secrets import SECRET, Encrypted
from app.core.tenancy import TenantScoped
from app.storage.values import DEFAULT_REGION


class StorageProvider(Row, TenantScoped, Timed, Versioned, SoftDeleted, Base):
    """A place where repositories lie.

    `credentials` is a JSON object as text, encrypted; `is_online` is null before a test.
    `host_key` is the key that an SFTP server showed at its first test, and must show from then on.
    `immutability_proven` is what a deletion that was tried has shown, null when it showed nothing.
    With an `aws_account_id` that account's keys are used, and there are no `credentials`.
    `check_due_at` is when the scheduler looks at it next, null at once. `is_low` is null before
    the space was measured.
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
        partial_index(
            "uq_storage_providers_default",
            "tenant_id",
            where="is_default AND deleted_at IS NULL",
            unique=True,
        ),
        partial_index(
            "ix_storage_providers_aws_account",
            "aws_account_id",
            where="aws_account_id IS NOT NULL",
        ),
        {"sqlite_autoincrement": True},
    )
    label = "storage provider"
    audit_name = "storage_provider"

    name: Mapped[str] = mapped_column(String(100))
    provider_type: Mapped[str] = mapped_column(String(20))
    location_type: Mapped[str] = mapped_column(String(20))
    connection_string: Mapped[str] = mapped_column(String(1000))
    credentials: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)
    aws_account_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("aws_accounts.id", ondelete="SET NULL")
    )
    endpoint: Mapped[str | None] = mapped_column(String(500))
    host_key: Mapped[str | None] = mapped_column(String(2000))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    is_immutable: Mapped[bool] = mapped_column(Boolean, default=False)
    immutable_days: Mapped[int | None] = mapped_column(Integer)
    capacity_bytes: Mapped[int | None] = mapped_column(BigInteger)
    is_online: Mapped[bool | None] = mapped_column(Boolean)
    last_verified: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error_code: Mapped[str | None] = mapped_column(String(40))
    immutability_proven: Mapped[bool | None] = mapped_column(Boolean)
    immutability_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_low: Mapped[bool | None] = mapped_column(Boolean)
    check_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StorageSample(Row, TenantScoped, Base):
    """What a provider's space was on a day, as it was last measured then."""

    __tablename__ = "storage_samples"
    __table_args__ = (
        Index("uq_storage_samples_day", "provider_id", "sampled_on", unique=True),
        {"sqlite_autoincrement": True},
    )

    provider_id: Mapped[int] = mapped_column(BigId, ForeignKey("storage_providers.id"))
    sampled_on: Mapped[date] = mapped_column(Date)
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    total_bytes: Mapped[int | None] = mapped_column(BigInteger)
    used_bytes: Mapped[int | None] = mapped_column(BigInteger)
    free_bytes: Mapped[int | None] = mapped_column(BigInteger)


class AwsAccount(Row, TenantScoped, Timed, Versioned, Base):
    """Keys of an account of Amazon's, and the role to assume with them.

    `account_id` and `arn` are what the last test that succeeded has told of these keys;
    `last_test_result` is `ok` or Amazon's error code.
    """

    __tablename__ = "aws_accounts"
    __table_args__ = (
        Index("uq_aws_accounts_name", "tenant_id", "name", unique=True),
        {"sqlite_autoincrement": True},
    )
    label = "AWS account"
    audit_name = "aws_account"

    name: Mapped[str] = mapped_column(String(100))
    access_key_id: Mapped[str] = mapped_column(String(128))
    secret_access_key: Mapped[str] = mapped_column(Encrypted, info=SECRET)
    session_token: Mapped[str | None] = mapped_column(Encrypted, info=SECRET)
    role_arn: Mapped[str | None] = mapped_column(String(2048))
    external_id: Mapped[str | None] = mapped_column(String(1224))
    region: Mapped[str] = mapped_column(String(30), default=DEFAULT_REGION)
    account_id: Mapped[str | None] = mapped_column(String(12))
    arn: Mapped[str | None] = mapped_column(String(2048))
    last_tested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_test_result: Mapped[str | None] = mapped_column(String(60))
