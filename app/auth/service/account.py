"""One's own account: who am I, and a new password."""

from dataclasses import dataclass
from datetime import datetime

from app.auth.service import tokens
from app.auth.values import PASSWORD_CHANGED, RESET
from app.core import identity
from app.core.db import db
from app.core.errors import Conflict, Forbidden, InvalidCredentials, ValidationFailed
from app.core.identity import Actor
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users import service as users
from app.users.models import User
from app.users.passwords import hash_password, verify_password
from app.users.service import Belonging, count_failure, is_locked, resets


@dataclass(frozen=True)
class Profile:
    """The caller, flat."""

    id: int | None
    username: str
    email: str | None
    full_name: str | None
    role: str | None
    permissions: list[str]
    tenant: Tenant
    tenants: list[Belonging]
    is_platform_admin: bool = False


def profile_of(actor: Actor) -> Profile:
    """A user with all tenants it belongs to; an API key with its own one."""
    with unscoped(read_only=True) as session:
        tenant = session.get_one(Tenant, actor.tenant_id)
        user = session.get(User, actor.user_id) if actor.user_id else None
        belongings = users.list_belongings(user.id) if user else []
    return Profile(
        id=user.id if user else None,
        username=user.username if user else actor.name,
        email=user.email if user else None,
        full_name=user.full_name if user else None,
        role=actor.role,
        permissions=sorted(actor.permissions),
        tenant=tenant,
        tenants=belongings or [Belonging(tenant, actor.role or "")],
        is_platform_admin=actor.is_platform_admin,
    )


def change_password(actor: Actor, current: str, new: str, now: datetime) -> None:
    """Change one's own password and end one's other sign-ins.

    Raises ValidationFailed on `current_password` or `new_password`, and Conflict when another
    change came first; a wrong current one counts as a failed sign-in, and a locked account
    takes none. Argon2 runs before the writing transaction.
    """
    if actor.user_id is None:
        raise Forbidden("An API key has no password.")
    user_id = actor.user_id
    with unscoped(read_only=True) as session:
        user = session.get_one(User, user_id)
    is_right = verify_password(user.password_hash, current)
    if is_locked(user, now):
        # A stolen token must not be a way round the lock to try passwords.
        raise _not_yours()
    if not is_right:
        problem = _not_yours()
        problem.aftermath.append(lambda: count_failure(user_id, now))
        raise problem
    users.refuse_weak_password(new, username=user.username, email=user.email, field="new_password")
    new_hash = hash_password(new)
    changed = db.session.get_one(User, user_id, with_for_update=True)
    if changed.password_hash != user.password_hash:
        raise Conflict("Your password was changed at the same time.")
    users.set_password(changed, new_hash)
    resets.void(user_id)
    tokens.revoke_user(user_id, PASSWORD_CHANGED, now, keep=actor.session_id)


def reset_password(token: str, new: str, now: datetime) -> None:
    """Set a new password by a link that was mailed, unlock the account and end its sign-ins.

    Raises InvalidCredentials alike for a link that never was, has expired or was used, and
    ValidationFailed for a weak password, which leaves the link as it is. Argon2 runs before the
    writing transaction.
    """
    with unscoped(read_only=True) as session:
        reset = resets.find_reset(token, now)
        user = session.get_one(User, reset.user_id) if reset else None
    if reset is None or user is None or not user.is_active:
        raise _no_link()
    users.refuse_weak_password(new, username=user.username, email=user.email, field="new_password")
    new_hash = hash_password(new)
    # The user's row first: whoever asks for another link takes the locks in this order too.
    changed = db.session.get_one(User, user.id, with_for_update=True)
    if not (changed.is_active and resets.use_reset(reset)):
        raise _no_link()
    end_sign_ins(changed, new_hash, now)
    identity.adopt(Actor(reset.tenant_id, "user", changed.username, user_id=changed.id))


def end_sign_ins(user: User, new_hash: str, now: datetime) -> None:
    """Keep a new password that somebody else brought about: whoever is signed in is no more."""
    users.set_password(user, new_hash)
    user.auth_epoch += 1
    resets.void(user.id)
    tokens.revoke_user(user.id, RESET, now)


def _no_link() -> InvalidCredentials:
    return InvalidCredentials("This link is not valid, or not any more: ask for a new one.")


def _not_yours() -> ValidationFailed:
    return ValidationFailed.on("current_password", "This is not your password.")
