"""One row a write, sign-in or refusal; sealed later, changed never."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.append_only import APPEND_ONLY
from app.core.db import Base, BigId, UtcDateTime
from app.core.models import Row, partial_index
from app.core.tenancy import TenantFiltered


class AuditRow(Row, TenantFiltered, Base):
    """An entry of the audit log.

    `tenant_id` is null for what no tenant was known of (a refused sign-in). `flood_key` joins
    a minute's refusals of one caller into one row, whose `count` rises. `position` and `hash`
    are given by the sealer and stay null until then.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_tenant", "tenant_id", "id"),
        Index("ix_audit_log_tenant_occurred", "tenant_id", "occurred_at", "id"),
        Index("ix_audit_log_action", "tenant_id", "action", "id"),
        Index("ix_audit_log_resource", "tenant_id", "resource_type", "resource_id", "id"),
        Index("ix_audit_log_actor", "tenant_id", "actor_kind", "actor_id", "id"),
        Index("ix_audit_log_actor_name", "tenant_id", "actor_name", "id"),
        Index("uq_audit_log_position", "tenant_id", "position", unique=True),
        partial_index("ix_audit_log_unsealed", "id", where="position IS NULL"),
        {"sqlite_autoincrement": True, "info": APPEND_ONLY},
    )

    tenant_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("tenants.id"))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(100))
    actor_kind: Mapped[str | None] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    trace_id: Mapped[str] = mapped_column(String(128))
    status: Mapped[int] = mapped_column(Integer)
    code: Mapped[str | None] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(500))
    resource_type: Mapped[str | None] = mapped_column(String(50))
    resource_id: Mapped[int | None] = mapped_column(BigId)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    count: Mapped[int] = mapped_column(Integer, default=1)
    flood_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    position: Mapped[int | None] = mapped_column(BigId)
    hash: Mapped[str | None] = mapped_column(String(64))

    @property
    def actor(self) -> dict[str, Any]:
        """Who it was, as far as that was known."""
        return {"kind": self.actor_kind, "id": self.actor_id, "name": self.actor_name}


class AuditChain(Base):
    """Where a tenant's chain of sealed rows ends, so that a missing last row is missed.

    `number` is the tenant's id; 0 is the chain of the rows that belong to no tenant.
    """

    __tablename__ = "audit_chains"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    length: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(String(64))
