"""Sign-in: one answer and one duration for a wrong name, a wrong password and a locked account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, update

from app.auth.service import tokens
from app.auth.service.actors import actor_of
from app.auth.service.tokens import Pair
from app.auth.values import LOGOUT
from app.core import identity
from app.core.db import db
from app.core.errors import Forbidden, InvalidCredentials, NotFound, TenantSuspended
from app.core.identity import Actor
from app.core.tenancy import show_every_tenant, unscoped
from app.users.models import User
from app.users.passwords import hash_password, needs_rehash, verify_password
from app.users.service import Belonging, count_failure, find_user, is_locked, list_belongings

_USERS: Any = User.__table__
# No row has this id: what is asked and written of it takes as long as of a user's.
_NOBODY = 0


@dataclass(frozen=True)
class Person:
    """The user of a new pair, as the answer shows it."""

    id: int
    username: str
    email: str | None
    full_name: str
    role: str
    tenant: str


@dataclass(frozen=True)
class SignedIn:
    """A pair of tokens and whose they are."""

    pair: Pair
    user: Person


def sign_in(username: str, password: str, tenant: str | None, now: datetime) -> SignedIn:
    """Raises InvalidCredentials, and TenantSuspended for a right password.

    The password is verified before the writing transaction begins: Argon2 is slow, and SQLite
    has one writer. Whether the account was locked meanwhile is judged again as it is written.
    """
    with unscoped(read_only=True):
        user = find_user(username)
        user_id = user.id if user else _NOBODY
        belongings = list_belongings(user_id)
    is_right = verify_password(user.password_hash if user else None, password)
    belonging = _choose(belongings, tenant, user.last_tenant_id if user else None)
    identity.claim(user.username if user else username, belonging.tenant.id if belonging else None)
    is_shut = user is None or is_locked(user, now)
    if user is None or belonging is None or is_shut or not (is_right and user.is_active):
        # Whatever was wrong, as many statements tell of it.
        counted = _NOBODY if is_shut or is_right else user_id
        raise InvalidCredentials(aftermath=lambda: count_failure(counted, now))
    if belonging.tenant.is_suspended:
        raise TenantSuspended()
    rehashed = hash_password(password) if needs_rehash(user.password_hash or "") else None
    _note_success(user, belonging, rehashed, now)
    return _open(user, belonging, now)


def switch(actor: Actor, tenant: str, now: datetime) -> SignedIn:
    """A pair for another of the user's tenants, which is the one used last from now on.

    Raises NotFound for a tenant that is none of them, and Forbidden for an API key.
    """
    if actor.user_id is None:
        raise Forbidden("An API key belongs to one tenant.")
    with unscoped(read_only=True) as session:
        user = session.get_one(User, actor.user_id)
        chosen = [b for b in list_belongings(user.id) if b.tenant.slug == tenant]
    if not chosen:
        raise NotFound(f"You do not belong to a tenant {tenant}.")
    if chosen[0].tenant.is_suspended:
        raise TenantSuspended()
    db.session.execute(
        update(_USERS).where(_USERS.c.id == user.id).values(last_tenant_id=chosen[0].tenant.id)
    )
    # The sign-in and its row in the audit log belong to the other tenant.
    show_every_tenant()
    return _open(user, chosen[0], now)


def refresh(token: str, now: datetime) -> SignedIn:
    """The next pair; the role is read anew. Raises TokenRevoked when it was used before."""
    pair, family = tokens.rotate(token, now)
    user = db.session.get_one(User, family.user_id)
    mine = [b for b in list_belongings(user.id) if b.tenant.id == family.tenant_id]
    if not mine:
        raise InvalidCredentials()
    if mine[0].tenant.is_suspended:
        raise TenantSuspended()
    identity.adopt(actor_of(user, mine[0].tenant, mine[0].role, session_id=family.id))
    return SignedIn(pair, _person(user, mine[0]))


def sign_out(token: str, now: datetime) -> None:
    """Revoke the sign-in that this access or refresh token belongs to.

    Raises TokenRevoked when it has ended before.
    """
    family = tokens.family_of(token)
    user = db.session.get_one(User, family.user_id)
    tokens.revoke_family(family.id, LOGOUT, now)
    identity.adopt(
        Actor(family.tenant_id, "user", user.username, user_id=user.id, session_id=family.id)
    )


def _choose(
    belongings: list[Belonging], tenant: str | None, last_tenant_id: int | None
) -> Belonging | None:
    """The tenant asked for, else the one used last, else the first."""
    if tenant is not None:
        return next((b for b in belongings if b.tenant.slug == tenant), None)
    last = next((b for b in belongings if b.tenant.id == last_tenant_id), None)
    return last or next(iter(belongings), None)


def _note_success(user: User, belonging: Belonging, rehashed: str | None, now: datetime) -> None:
    values: dict[str, Any] = {
        "failed_logins": 0,
        "locked_until": None,
        "last_login_at": now,
        "last_tenant_id": belonging.tenant.id,
    }
    if rehashed is not None:
        values["password_hash"] = rehashed
    changed: Any = db.session.execute(
        update(_USERS)
        .where(
            _USERS.c.id == user.id,
            _USERS.c.auth_epoch == user.auth_epoch,
            _USERS.c.password_hash == user.password_hash,
            or_(_USERS.c.locked_until.is_(None), _USERS.c.locked_until <= now),
        )
        .values(**values)
    )
    if changed.rowcount != 1:
        raise InvalidCredentials()


def _open(user: User, belonging: Belonging, now: datetime) -> SignedIn:
    pair, family_id = tokens.start_family(user, belonging.tenant.id, now)
    identity.adopt(actor_of(user, belonging.tenant, belonging.role, session_id=family_id))
    return SignedIn(pair, _person(user, belonging))


def _person(user: User, belonging: Belonging) -> Person:
    return Person(
        id=user.id,
        username=user.username,
        email=user.email,
        full_name=user.full_name,
        role=belonging.role,
        tenant=belonging.tenant.slug,
    )
