"""Who does a task, who asked for it, who wrote something down."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.tenancy import current_tenant_id
from app.tasks.rules import today_in
from app.tenants.models import Tenant
from app.users.models import Membership, User


def signature(actor: Actor, role: str) -> dict[str, Any]:
    """The columns in which a row keeps who was its `role`: the author, say."""
    return {
        f"{role}_kind": actor.kind,
        f"{role}_id": actor.user_id if actor.kind == "user" else actor.api_key_id,
        f"{role}_name": actor.name[:200],
    }


def refuse_stranger(user_id: int, field: str) -> None:
    """Raises ValidationFailed on the field unless it is an active member of this tenant."""
    statement = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == user_id, Membership.is_active, User.is_active)
    )
    if db.session.scalar(statement) is None:
        raise ValidationFailed.on(field, "There is no active user with this id.")


def refuse_unknown(user_id: int) -> None:
    """Raises NotFound unless the user belongs, or belonged, to this tenant."""
    statement = select(Membership.id).where(Membership.user_id == user_id)
    if db.session.scalar(statement) is None:
        raise NotFound("There is no user with this id.", details={"id": user_id})


def today(now: datetime) -> date:
    """The calendar date where the tenant lives."""
    return today_in(db.session.get_one(Tenant, current_tenant_id()).timezone, now)
