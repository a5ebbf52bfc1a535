"""Memberships: where a person belongs, and as what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager

from app.core import identity
from app.core.db import after_commit, db, hold
from app.core.errors import NotFound, PreconditionFailed
from app.core.tenancy import current_tenant_id, showing_every_tenant
from app.tenants.models import Tenant
from app.users.errors import LastAdmin
from app.users.models import Membership, User
from app.users.values import ADMIN, canonical_role, permissions_of

_MEMBERSHIPS: Any = Membership.__table__


@dataclass(frozen=True)
class Belonging:
    """One of a user's active memberships, with its tenant."""

    tenant: Tenant
    role: str

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(self.role)


def people_here() -> Select[Any]:
    """Everybody who belongs to the session's tenant, each with the membership there.

    The one place that keeps people of other tenants out: users are of no tenant themselves.
    """
    current_tenant_id()
    belonging = select(User).join(User.membership).where(Membership.is_active)
    return belonging.options(contains_eager(User.membership))


def get_person(
    user_id: int, *, for_change: bool = False, expected_version: int | None = None
) -> User:
    """Raises NotFound, also for a person of another tenant, and PreconditionFailed."""
    statement = people_here().where(User.id == user_id)
    if for_change:
        statement = statement.with_for_update(of=User).execution_options(populate_existing=True)
    user: User | None = db.session.scalars(statement).one_or_none()
    if user is None:
        raise NotFound("There is no user with this id.", details={"id": user_id})
    if expected_version is not None and user.version != expected_version:
        raise PreconditionFailed(details={"version": user.version})
    return user


def add_member(tenant: Tenant, user: User, role: str) -> Membership:
    """Give the user a role in the tenant; a second membership there is refused."""
    membership = Membership(tenant_id=tenant.id, user_id=user.id, role=canonical_role(role))
    db.session.add(membership)
    db.session.flush()
    return membership


def list_belongings(user_id: int) -> list[Belonging]:
    """The user's active memberships over all tenants, in the order they were made.

    Needs an unscoped session.
    """
    rows = db.session.execute(
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id, Membership.is_active)
        .order_by(Membership.id)
    )
    return [Belonging(tenant, role) for tenant, role in rows]


def tenants_of(user_id: int) -> set[int]:
    """The ids of all tenants that the user belongs to, whatever the session's tenant is."""
    mine = select(_MEMBERSHIPS.c.tenant_id).where(
        _MEMBERSHIPS.c.user_id == user_id, _MEMBERSHIPS.c.is_active
    )
    with showing_every_tenant():
        return set(db.session.scalars(mine.execution_options(tenant_named=True)))


def give_role(user: User, role: str, now: datetime) -> None:
    """Change the role here, at once; raises LastAdmin. The user's version rises as well."""
    if user.role == ADMIN:
        refuse_without_admin(user.id)
    user.membership.role = role
    user.updated_at = now
    after_commit(identity.forget_actors)


def refuse_without_admin(leaving_id: int) -> None:
    """Raises LastAdmin unless somebody else administers this tenant and can sign in.

    Of two who leave at once the second waits here for the first, and then sees it gone.
    """
    hold(f"users.admins.{current_tenant_id()}")
    remaining = exists().where(
        User.id == Membership.user_id, User.is_active, User.password_hash.is_not(None)
    )
    administers = select(Membership.id).where(
        Membership.role == ADMIN, Membership.is_active, Membership.user_id != leaving_id, remaining
    )
    if db.session.scalar(administers.limit(1)) is None:
        raise LastAdmin()
