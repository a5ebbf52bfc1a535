"""Who belongs to the tenant, and as what: roles changed, memberships ended."""

from datetime import datetime

from app.core import identity
from app.core.db import after_commit, db
from app.core.identity import Actor
from app.core.pagination import Listing, Ordering
from app.users.errors import OwnAccount
from app.users.models import Membership, User
from app.users.service.invites import withdraw_open
from app.users.service.memberships import (
    get_person,
    give_role,
    people_here,
    refuse_without_admin,
)
from app.users.service.rights import refuse_more
from app.users.values import ADMIN, canonical_role

ORDERING = Ordering(
    key=User.id,
    columns={
        "id": User.id,
        "username": User.username,
        "full_name": User.full_name,
        "role": Membership.role,
    },
    default="full_name",
)


def list_members() -> Listing:
    return Listing(people_here(), ORDERING)


def change_role(
    user_id: int, role: str | None, actor: Actor, now: datetime, *, expected_version: int | None
) -> User:
    """Raises NotFound, PreconditionFailed, Forbidden, OwnAccount, LastAdmin."""
    user = get_person(user_id, for_change=True, expected_version=expected_version)
    if role is None or canonical_role(role) == user.role:
        return user
    _refuse_self(user, actor)
    refuse_more(actor, user.role, role)
    give_role(user, canonical_role(role), now)
    db.session.flush()
    return user


def end_membership(
    user_id: int, actor: Actor, now: datetime, *, expected_version: int | None
) -> User:
    """Let somebody belong here no longer, at once; the account and other memberships stay.

    Raises as `change_role`.
    """
    user = get_person(user_id, for_change=True, expected_version=expected_version)
    _refuse_self(user, actor)
    refuse_more(actor, user.role)
    if user.role == ADMIN:
        refuse_without_admin(user.id)
    withdraw_open(user.email_key, now)
    db.session.delete(user.membership)
    db.session.flush()
    after_commit(identity.forget_actors)
    return user


def _refuse_self(user: User, actor: Actor) -> None:
    if actor.user_id == user.id:
        raise OwnAccount(details={"id": user.id})
