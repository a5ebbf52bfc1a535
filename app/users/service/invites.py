"""Invites: made for an e-mail address, mailed or shown once, withdrawn."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.core import mail
from app.core.db import db, hold
from app.core.errors import Conflict, NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.integrity import flush_unless_taken
from app.core.models import get_row
from app.core.pagination import Listing, Ordering
from app.core.secrets import keyed_hash
from app.core.settings import settings
from app.core.tenancy import current_tenant_id, execute_named
from app.tenants.models import Tenant
from app.users import letters
from app.users.errors import AlreadyMember, InviteUsed
from app.users.models import Invite, User
from app.users.service.accounts import name_key
from app.users.service.memberships import people_here
from app.users.service.rights import refuse_more
from app.users.values import INVITE_LIFETIME, INVITE_PREFIX, canonical_role

_INVITES: Any = Invite.__table__
_MAILED = "The link was mailed."
_SHOWN = (
    "No mail server is configured (SMTP_URL), so nothing was mailed: hand this link on yourself."
    " It is shown this once."
)
ORDERING = Ordering(
    key=Invite.id,
    columns={
        "id": Invite.id,
        "email": Invite.email,
        "created_at": Invite.created_at,
        "expires_at": Invite.expires_at,
    },
    default="-id",
)


@dataclass(frozen=True)
class Delivery:
    """How an invite comes to the one who is invited: mailed, else by its link and token here."""

    is_mailed: bool
    notice: str
    link: str | None = None
    token: str | None = None


class SentInvite:
    """An invite as it is shown once."""

    def __init__(self, row: Invite, delivery: Delivery) -> None:
        self._row = row
        self.delivery = delivery

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def list_invites() -> Listing:
    return Listing(select(Invite), ORDERING)


def get_invite(invite_id: int) -> Invite:
    """Raises NotFound."""
    return get_row(Invite, invite_id)


def create_invite(actor: Actor, now: datetime, *, email: str, role: str) -> SentInvite:
    """Invite an address into the actor's tenant; an open invite of it is withdrawn.

    Whether anybody elsewhere has the address does not show. Raises Forbidden for a role beyond
    the actor's own, AlreadyMember for one who belongs here and can sign in, and ValidationFailed
    for another role than that of one who belongs here and cannot yet.
    """
    refuse_more(actor, role)
    key = name_key(email)
    _refuse_member(key, canonical_role(role))
    hold(f"invite.{actor.tenant_id}.{key}")
    withdraw_open(key, now)
    token = INVITE_PREFIX + secrets.token_urlsafe(32)
    invite = Invite(
        email=email,
        email_key=key,
        role=canonical_role(role),
        token_hash=keyed_hash(token),
        expires_at=now + INVITE_LIFETIME,
        created_by=actor.user_id,
    )
    db.session.add(invite)
    flush_unless_taken("uq_invites_open", Conflict("Another invite came first."))
    return SentInvite(invite, _deliver(invite, token, now))


def withdraw_invite(invite_id: int, now: datetime, *, expected_version: int | None) -> Invite:
    """Raises NotFound, also for one that was withdrawn before, PreconditionFailed, InviteUsed."""
    invite = get_row(Invite, invite_id, for_change=True, expected_version=expected_version)
    if invite.accepted_at is not None:
        raise InviteUsed(details={"id": invite_id})
    if invite.withdrawn_at is not None:
        raise NotFound("This invite was withdrawn before.", details={"id": invite_id})
    invite.withdrawn_at = now
    db.session.flush()
    return invite


def withdraw_open(email_key: str | None, now: datetime) -> None:
    """Let no open invite of this address lead into the session's tenant any more."""
    execute_named(
        update(_INVITES)
        .where(
            _INVITES.c.email_key == email_key,
            _INVITES.c.accepted_at.is_(None),
            _INVITES.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, updated_at=now, version=_INVITES.c.version + 1),
        tenant_id=current_tenant_id(),
        table=_INVITES,
    )


def _refuse_member(email_key: str, role: str) -> None:
    if len(email_key) > Invite.email_key.type.length:
        raise ValidationFailed.on("email", "Too long in lower case.")
    person = db.session.scalars(people_here().where(User.email_key == email_key)).one_or_none()
    if person is None:
        return
    if person.login_enabled:
        raise AlreadyMember(details={"user_id": person.id})
    if person.role != role:
        raise ValidationFailed.on("role", f"Belongs here already, as {person.role}: change that.")


def _deliver(invite: Invite, token: str, now: datetime) -> Delivery:
    public_url = settings()["PUBLIC_URL"]
    if not mail.is_configured():
        return Delivery(False, _SHOWN, letters.invite_link(token, public_url), token)
    tenant = db.session.get_one(Tenant, invite.tenant_id)
    letter = letters.invite(
        invite.email, tenant.name, invite.role, token, public_url, invite.expires_at
    )
    mail.post(letter, now)
    return Delivery(True, _MAILED)
