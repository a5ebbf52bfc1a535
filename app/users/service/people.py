"""The people of a tenant: listed, made, changed, deactivated and let in again."""

from datetime import datetime
from typing import Any

from app.core import identity
from app.core.db import after_commit, db
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.pagination import Listing, Ordering
from app.tenants.models import Tenant
from app.users.errors import OwnAccount
from app.users.models import Membership, User
from app.users.passwords import hash_password
from app.users.rules import is_asked_of_managers, is_manager, is_of_account
from app.users.service import accounts, resets
from app.users.service.invites import SentInvite, create_invite, withdraw_open
from app.users.service.memberships import (
    add_member,
    get_person,
    give_role,
    people_here,
    refuse_without_admin,
)
from app.users.service.rights import refuse_account_of, refuse_more
from app.users.values import ADMIN, MANAGE_USERS, canonical_role

ORDERING = Ordering(
    key=User.id,
    columns={
        "id": User.id,
        "username": User.username,
        "full_name": User.full_name,
        "role": Membership.role,
        "is_active": User.is_active,
        "created_at": User.created_at,
        "updated_at": User.updated_at,
    },
    default="full_name",
)


class NewUser:
    """A user as it was made, with the invite of one who has no password yet."""

    def __init__(self, user: User, invite: SentInvite | None) -> None:
        self._user = user
        self.invite = invite

    def __getattr__(self, name: str) -> Any:
        return getattr(self._user, name)


def list_people(query: dict[str, Any]) -> Listing:
    """Everybody who belongs to the tenant, deactivated ones too."""
    statement = people_here()
    if "role" in query:
        statement = statement.where(Membership.role == canonical_role(query["role"]))
    if "is_active" in query:
        statement = statement.where(User.is_active == query["is_active"])
    if "search" in query:
        words = query["search"].casefold()
        statement = statement.where(User.search_text.contains(words, autoescape=True))
    return Listing(statement, ORDERING)


def create_person(
    actor: Actor,
    now: datetime,
    *,
    email: str,
    full_name: str,
    role: str,
    username: str | None = None,
    password: str | None = None,
) -> NewUser:
    """Make somebody of this tenant; without a password an invite lets them choose their own.

    Argon2 runs before the writing transaction. Raises Forbidden, UsernameTaken (whoever goes by
    the name, in whatever tenant) and ValidationFailed.
    """
    refuse_more(actor, role)
    name = username or _name_after(email)
    password_hash = None
    if password is not None:
        accounts.refuse_weak_password(password, username=name, email=email, field="password")
        password_hash = hash_password(password)
    user = accounts.make_user(name, full_name, email, password_hash)
    add_member(db.session.get_one(Tenant, actor.tenant_id), user, role)
    made = get_person(user.id, for_change=True)
    invite = None if password_hash else create_invite(actor, now, email=email, role=role)
    return NewUser(made, invite)


def update_person(
    user_id: int,
    fields: dict[str, Any],
    actor: Actor,
    now: datetime,
    *,
    expected_version: int | None,
) -> User:
    """Replace the given fields; what stays as it is asks for nothing.

    Raises NotFound, PreconditionFailed, Forbidden, OwnAccount, LastAdmin, SharedAccount,
    UsernameTaken and ValidationFailed.
    """
    user = get_person(user_id, for_change=True, expected_version=expected_version)
    changes = _changes(user, fields)
    _judge(user, changes, actor)
    if "role" in changes:
        refuse_more(actor, user.role, changes["role"])
        give_role(user, changes["role"], now)
    if "full_name" in changes:
        user.full_name = changes["full_name"]
    _rename(user, changes, now)
    if changes.get("is_active") is False:
        end_account(user, now)
    elif "is_active" in changes:
        user.is_active = True
    db.session.flush()
    return user


def deactivate_person(
    user_id: int, actor: Actor, now: datetime, *, expected_version: int | None
) -> User:
    """Let nobody in by this account any more, at once; its rows stay for history.

    Raises as `update_person`, and NotFound for one who was deactivated before.
    """
    user = get_person(user_id, for_change=True, expected_version=expected_version)
    if not user.is_active:
        raise NotFound("This user was deactivated before.", details={"id": user_id})
    _judge(user, {"is_active": False}, actor)
    end_account(user, now)
    db.session.flush()
    return user


def end_account(user: User, now: datetime) -> None:
    """Its tokens stop by the epoch, its keys by themselves, its links are void.

    Raises LastAdmin, for a user who was read with the membership.
    """
    if user.role == ADMIN:
        refuse_without_admin(user.id)
    withdraw_open(user.email_key, now)
    close_account(user)


def close_account(user: User) -> None:
    """As `end_account`, whoever is left."""
    user.is_active = False
    user.auth_epoch += 1
    resets.void(user.id)
    after_commit(identity.forget_actors)


def _changes(user: User, fields: dict[str, Any]) -> dict[str, Any]:
    if "role" in fields:
        fields = {**fields, "role": canonical_role(fields["role"])}
    return {name: value for name, value in fields.items() if value != getattr(user, name)}


def _judge(user: User, changes: dict[str, Any], actor: Actor) -> None:
    is_own = actor.user_id == user.id
    if is_asked_of_managers(changes):
        if not is_manager(actor):
            raise Forbidden(details={"required": MANAGE_USERS})
        if is_own:
            raise OwnAccount(details={"id": user.id})
    if is_of_account(changes) and not is_own:
        refuse_account_of(user, actor)


def _rename(user: User, changes: dict[str, Any], now: datetime) -> None:
    names = {name: changes[name] for name in ("username", "email") if name in changes}
    if names.get("email", "") is None:
        raise ValidationFailed.on("email", "Cannot be cleared: links are mailed there.")
    if "email" in names:
        # What waits in the old mailbox must lead nowhere any more.
        resets.void(user.id)
        withdraw_open(user.email_key, now)
        if "username" not in names and user.username_key == user.email_key:
            names["username"] = _name_after(names["email"])
    if names:
        accounts.rename(user, **names)


def _name_after(email: str) -> str:
    """The user name of one who chose none."""
    longest: int = User.username.type.length
    if len(email) > longest:
        raise ValidationFailed.on("username", f"Required: the e-mail is longer than {longest}.")
    return email
