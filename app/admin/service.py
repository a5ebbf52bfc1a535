"""What an operator does across tenants: tenants, administrators, passwords."""

import os
import secrets

from marshmallow import ValidationError

from app.auth.service import tokens
from app.auth.values import RESET
from app.core import clock
from app.core.errors import ValidationFailed
from app.core.schemas import Name, is_slug, is_time_zone
from app.core.settings import settings
from app.core.tenancy import unscoped
from app.storage import service as storage
from app.tenants import service as tenants
from app.tenants.models import Tenant
from app.users import service as users
from app.users.passwords import hash_password

# As long as their columns.
_NAMES = {"name": Name(200), "username": Name(100), "email": Name(254), "full_name": Name(100)}


def create_tenant(
    slug: str, name: str, timezone: str | None, roots: dict[str, tuple[str, ...]]
) -> Tenant:
    """Make a tenant, with a default storage provider when it has a folder to store in.

    Raises SlugTaken, and ValidationFailed for a slug, a name, a time zone or a root that cannot
    be one.
    """
    name = _name("name", name)
    _check_tenant(slug, timezone, roots)
    given = {kind: list(folders) for kind, folders in roots.items() if folders}
    with unscoped():
        tenant = tenants.create_tenant(
            slug, name, timezone=timezone or settings()["DEFAULT_TIMEZONE"], **given
        )
        if "storage_roots" in given:
            os.makedirs(given["storage_roots"][0], mode=0o700, exist_ok=True)
            storage.ensure_default(tenant.id, given["storage_roots"][0])
        return tenant


def _check_tenant(slug: str, timezone: str | None, roots: dict[str, tuple[str, ...]]) -> None:
    if not is_slug(slug):
        raise ValidationFailed.on("slug", "Takes a-z, 0-9 and dashes between them, at most 63.")
    if timezone is not None and not is_time_zone(timezone):
        raise ValidationFailed.on("timezone", "Takes an IANA name, like Europe/Berlin.")
    for kind, folders in roots.items():
        if not all(map(os.path.isabs, folders)):
            raise ValidationFailed.on(kind, "Takes absolute paths.")


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
        users.set_password(user, hash_password(chosen))
        user.auth_epoch += 1
        tokens.revoke_user(user.id, RESET, clock.utcnow())
    return chosen


def _name(field: str, text: str) -> str:
    try:
        return str(_NAMES[field].deserialize(text))
    except ValidationError as refusal:
        raise ValidationFailed(details={field: refusal.messages}) from refusal


def random_password() -> str:
    return secrets.token_urlsafe(18)
