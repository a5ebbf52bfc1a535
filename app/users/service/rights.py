"""What is refused to one who manages others."""

from app.core.errors import Forbidden
from app.core.identity import Actor
from app.core.tenancy import current_tenant_id
from app.users.errors import SharedAccount
from app.users.models import User
from app.users.rules import lacks
from app.users.service.memberships import tenants_of

_PLATFORM = "platform:manage"


def refuse_more(actor: Actor, *roles: str) -> None:
    """Raises Forbidden where one of the roles may what the actor may not."""
    lacking = lacks(actor, *roles)
    if lacking:
        message = "Nobody manages a role that may more than they may themselves."
        raise Forbidden(message, details={"required": lacking})


def refuse_account_of(user: User, actor: Actor) -> None:
    """Raises Forbidden or SharedAccount where the whole account is not this tenant's to change.

    An administrator of one tenant who could rename a platform admin, or mail the new address a
    reset link, would soon be one.
    """
    if user.is_platform_admin and not actor.is_platform_admin:
        message = "Only a platform admin changes the account of another."
        raise Forbidden(message, details={"required": _PLATFORM})
    refuse_more(actor, user.role)
    if tenants_of(user.id) != {current_tenant_id()}:
        raise SharedAccount(details={"id": user.id})
