"""Administrators and passwords, from the command line."""

import secrets

from marshmallow import ValidationError

from app.auth.service import account
from app.core import clock
from app.core.errors import NotFound, ValidationFailed
from app.core.identity import Actor
from app.core.schemas import Name
from app.core.tenancy import as_tenant, unscoped
from app.tenants import service as tenants
from app.users import service as users
from app.users.passwords import hash_password
from app.users.schemas import EmailAddress
from app.users.service.invites import Delivery, create_invite
from app.users.values import PERMISSIONS, ROLE_NAMES

# As long as their columns.
_NAMES = {
    "username": Name(100),
    "email": EmailAddress(),
    "full_name": Name(100),
}


def create_admin(
    username: str,
    password: str | None,
    tenant_slug: str,
    *,
    email: str | None = None,
    full_name: str | None = None,
    is_platform_admin: bool = False,
) -> str:
    """Make an administrator; gives the password, a random one unless it was given.

    Raises UsernameTaken, NotFound for the tenant, and ValidationFailed for a weak password or a
    name that is too long or more than one line.
    """
    username = _name("username", username)
    email = _name("email", email) if email else None
    full_name = _name("full_name", full_name) if full_name else None
    chosen = random_password() if password is None else password
    with unscoped():
        tenant = tenants.get_tenant(tenant_slug)
        user = users.create_user(
            username,
            chosen,
            email=email,
            full_name=full_name,
            is_platform_admin=is_platform_admin,
        )
        users.add_member(tenant, user, "admin")
    return chosen


def reset_password(username: str, password: str | None) -> str:
    """Set a new password, unlock the account, end its sign-ins; gives the password.

    Raises NotFound, and ValidationFailed for a weak password.
    """
    chosen = random_password() if password is None else password
    with unscoped():
        user = users.get_user(username)
        users.refuse_weak_password(
            chosen, username=user.username, email=user.email, field="password"
        )
        account.end_sign_ins(user, hash_password(chosen), clock.utcnow())
    return chosen


def invite(email: str, role: str, tenant_slug: str) -> Delivery:
    """Invite an address into a tenant, as its administrators would.

    Raises NotFound for the tenant, AlreadyMember, and ValidationFailed for a role or an address
    that cannot be one.
    """
    address = _name("email", email)
    if role not in ROLE_NAMES:
        raise ValidationFailed.on("role", f"Takes one of: {', '.join(ROLE_NAMES)}.")
    with unscoped(read_only=True):
        tenant_id = tenants.get_tenant(tenant_slug).id
    operator = Actor(tenant_id, "system", "flask users invite", permissions=PERMISSIONS)
    with as_tenant(tenant_id):
        return create_invite(operator, clock.utcnow(), email=address, role=role).delivery


def deactivate(username: str) -> None:
    """Let nobody in by this account any more, whoever is left in its tenants.

    Raises NotFound, also for one that was deactivated before.
    """
    with unscoped():
        user = users.get_user(username)
        if not user.is_active:
            raise NotFound(f"{username} was deactivated before.")
        users.close_account(user)


def _name(field: str, text: str) -> str:
    try:
        return str(_NAMES[field].deserialize(text))
    except ValidationError as refusal:
        raise ValidationFailed(details={field: refusal.messages}) from refusal


def random_password() -> str:
    return secrets.token_urlsafe(18)
