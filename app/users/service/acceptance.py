"""Accepting an invite: a new account, or the one that the address has already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.core import identity
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound, TenantSuspended, ValidationFailed
from app.core.identity import Actor
from app.core.secrets import keyed_hash
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.errors import AlreadyMember, InviteExpired, InviteUsed, InviteWithdrawn
from app.users.models import Invite, Membership, User
from app.users.passwords import hash_password
from app.users.service import accounts
from app.users.service.locking import demand_password
from app.users.service.memberships import add_member, tenants_of
from app.users.values import ACCEPTED, EXPIRED, MANAGE_USERS, WITHDRAWN, permissions_of

_INVITES: Any = Invite.__table__
_REFUSALS: dict[str, type[DomainError]] = {
    ACCEPTED: InviteUsed,
    WITHDRAWN: InviteWithdrawn,
    EXPIRED: InviteExpired,
}


@dataclass(frozen=True)
class Accepted:
    """Who came in where, and as what."""

    id: int
    username: str
    email: str | None
    full_name: str
    role: str
    tenant: str


def accept_invite(
    token: str,
    now: datetime,
    *,
    password: str,
    full_name: str | None = None,
    username: str | None = None,
) -> Accepted:
    """Come in by an invite, once.

    Whose address has an account gives its password: an invite shows to its maker where no mail
    is sent, so it alone must neither open nor change anybody's account. One with no password
    that belongs nowhere else is finished as a new one is. Argon2 runs before the writing
    transaction.

    Raises NotFound, InviteUsed, InviteExpired, InviteWithdrawn (also when its maker may no longer
    invite), TenantSuspended, InvalidCredentials, UsernameTaken, AlreadyMember, ValidationFailed.
    """
    with unscoped(read_only=True):
        invite = _find(token, now)
        user = accounts.find_by_email(invite.email)
        is_open_account = user is not None and not _is_unfinished(user, invite)
    if user is not None and is_open_account:
        demand_password(user, password, now)
        kept_hash = user.password_hash
    else:
        _refuse_incomplete(invite, user, password, full_name, username)
        kept_hash = hash_password(password)
    _claim(invite, now)
    if user is None:
        user = accounts.make_user(username or invite.email, str(full_name), invite.email, kept_hash)
    else:
        user = _take_up(user, invite, kept_hash, full_name, username, now)
    role = _let_in(user, invite, is_open_account)
    _note_acceptor(invite, user)
    return _told(user, invite, role)


def _find(token: str, now: datetime) -> Invite:
    statement = select(Invite).where(Invite.token_hash == keyed_hash(token))
    invite = db.session.scalars(statement).one_or_none()
    if invite is None:
        raise NotFound("There is no such invite.")
    refusal = _REFUSALS.get(invite.status_at(now))
    if refusal is not None:
        raise refusal()
    if not _stands(invite):
        raise InviteWithdrawn()
    if db.session.get_one(Tenant, invite.tenant_id).is_suspended:
        raise TenantSuspended()
    return invite


def _stands(invite: Invite) -> bool:
    """Whether the one who made it could make it today; nobody comes back by an invite of one's
    own that was kept for later."""
    if invite.created_by is None:
        return True
    maker = select(Membership.role).where(
        Membership.tenant_id == invite.tenant_id,
        Membership.user_id == invite.created_by,
        Membership.is_active,
        User.id == Membership.user_id,
        User.is_active,
    )
    role = db.session.scalar(maker)
    return role is not None and MANAGE_USERS in permissions_of(role)


def _is_unfinished(user: User, invite: Invite) -> bool:
    """An account that nobody could ever sign in to, and that is no other tenant's business."""
    is_nobodys = user.password_hash is None and user.is_active and not user.is_platform_admin
    return is_nobodys and tenants_of(user.id) <= {invite.tenant_id}


def _refuse_incomplete(
    invite: Invite, user: User | None, password: str, full_name: str | None, username: str | None
) -> None:
    if user is None and full_name is None:
        raise ValidationFailed.on("full_name", "Required of a new person.")
    name = username or (user.username if user else invite.email)
    if len(name) > User.username.type.length:
        raise ValidationFailed.on("username", "Required: the e-mail is too long for one.")
    accounts.refuse_weak_password(password, username=name, email=invite.email, field="password")


def _claim(invite: Invite, now: datetime) -> None:
    """Use the invite up; of two who come at once the second is told that it was."""
    claimed: Any = db.session.execute(
        update(_INVITES)
        .where(
            _INVITES.c.id == invite.id,
            _INVITES.c.accepted_at.is_(None),
            _INVITES.c.withdrawn_at.is_(None),
        )
        .values(accepted_at=now, updated_at=now, version=_INVITES.c.version + 1)
        .execution_options(tenant_named=True)
    )
    if claimed.rowcount != 1:
        raise InviteUsed()


def _take_up(
    seen: User,
    invite: Invite,
    kept_hash: str | None,
    full_name: str | None,
    username: str | None,
    now: datetime,
) -> User:
    """The account as it is now, finished when it was unfinished; raises Conflict when it is not
    as it was seen."""
    user = accounts.find_by_email(invite.email, for_change=True)
    if user is None or user.password_hash != seen.password_hash or not user.is_active:
        raise Conflict("The account was changed at the same time.")
    if seen.password_hash is None:
        user.password_hash = kept_hash
        user.full_name = full_name or user.full_name
        if username:
            accounts.rename(user, username=username)
    return user


def _let_in(user: User, invite: Invite, is_open_account: bool) -> str:
    """The role in the tenant; of one who was made here before, the one they have by now."""
    statement = select(Membership).where(
        Membership.tenant_id == invite.tenant_id, Membership.user_id == user.id
    )
    membership = db.session.scalars(statement).one_or_none()
    if membership is None:
        tenant = db.session.get_one(Tenant, invite.tenant_id)
        membership = add_member(tenant, user, invite.role)
    elif not membership.is_active:
        membership.is_active, membership.role = True, invite.role
    elif is_open_account:
        raise AlreadyMember()
    return membership.role


def _note_acceptor(invite: Invite, user: User) -> None:
    db.session.execute(
        update(_INVITES)
        .where(_INVITES.c.id == invite.id)
        .values(accepted_by=user.id)
        .execution_options(tenant_named=True)
    )


def _told(user: User, invite: Invite, role: str) -> Accepted:
    """What the answer shows; the request is theirs from here on, for the audit log."""
    tenant = db.session.get_one(Tenant, invite.tenant_id)
    identity.adopt(Actor(tenant.id, "user", user.username, role, user_id=user.id))
    return Accepted(user.id, user.username, user.email, user.full_name, role, tenant.slug)
