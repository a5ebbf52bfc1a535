"""Suspended tenants: nobody is let in, nothing of theirs is begun, and nobody is told of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from app.core.db import db
from app.tenants.models import Tenant

_TENANTS: Any = Tenant.__table__
_SUSPENDED = select(_TENANTS.c.id).where(_TENANTS.c.is_suspended)


def is_active(tenant_id: Any) -> ColumnElement[bool]:
    """The condition that the tenant in this column is not suspended."""
    condition: ColumnElement[bool] = tenant_id.not_in(_SUSPENDED)
    return condition


def suspended_ids() -> Sequence[int]:
    """For a statement whose plan must not change while there is none."""
    return db.session.scalars(_SUSPENDED).all()
