"""Reset links: one valid a user, mailed only, used once."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from app.core import mail
from app.core.db import db
from app.core.errors import Conflict
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.secrets import keyed_hash
from app.core.settings import settings
from app.core.tenancy import showing_every_tenant
from app.tenants.models import Tenant
from app.users import letters
from app.users.errors import MailNotConfigured
from app.users.models import PasswordReset
from app.users.service.memberships import get_person, tenants_of
from app.users.service.rights import refuse_account_of
from app.users.values import RESET_LIFETIME, RESET_PREFIX

_RESETS: Any = PasswordReset.__table__


@dataclass(frozen=True)
class ResetSent:
    """Where a link went, and until when it holds."""

    user_id: int
    email: str
    expires_at: datetime


def request_reset(user_id: int, actor: Actor, now: datetime) -> ResetSent:
    """Mail a link with which the user chooses a new password; an earlier one is void.

    Raises NotFound, Forbidden, SharedAccount, MailNotConfigured, and Conflict for a user who was
    deactivated or has no address.
    """
    user = get_person(user_id, for_change=True)
    refuse_account_of(user, actor)
    if not user.is_active:
        raise Conflict("This user was deactivated.", details={"is_active": False})
    if user.email is None:
        raise Conflict("This user has no e-mail address.", details={"email": None})
    if not mail.is_configured():
        command = f"flask users reset-password {user.username}"
        raise MailNotConfigured(
            f"{MailNotConfigured.message} On the server: {command}", details={"command": command}
        )
    token = RESET_PREFIX + secrets.token_urlsafe(32)
    void(user.id)
    reset = PasswordReset(
        user_id=user.id, token_hash=keyed_hash(token), expires_at=now + RESET_LIFETIME
    )
    db.session.add(reset)
    flush_unless_taken("uq_password_resets_user_id", Conflict("Another reset came first."))
    tenant = db.session.get_one(Tenant, actor.tenant_id)
    letter = letters.reset(
        user.email, user.full_name, tenant.name, token, settings()["PUBLIC_URL"], reset.expires_at
    )
    mail.post(letter, now)
    return ResetSent(user.id, user.email, reset.expires_at)


def find_reset(token: str, now: datetime) -> PasswordReset | None:
    """The reset that this token is of, if it can still be used. Needs an unscoped session.

    Not once the user belongs elsewhere too: the account is not that tenant's alone any more.
    """
    reset = (
        db.session.query(PasswordReset)
        .filter_by(token_hash=keyed_hash(token))
        .filter(PasswordReset.expires_at > now)
        .one_or_none()
    )
    if reset is None or tenants_of(reset.user_id) != {reset.tenant_id}:
        return None
    return reset


def use_reset(reset: PasswordReset) -> bool:
    """Whether this call was the one that used it: of two at once only one is."""
    used: Any = db.session.execute(
        delete(_RESETS)
        .where(_RESETS.c.id == reset.id, _RESETS.c.token_hash == reset.token_hash)
        .execution_options(tenant_named=True)
    )
    return bool(used.rowcount == 1)


def void(user_id: int) -> None:
    """Let no link that was mailed before reset this user's password."""
    every = delete(_RESETS).where(_RESETS.c.user_id == user_id)
    with showing_every_tenant():
        db.session.execute(every.execution_options(tenant_named=True))
