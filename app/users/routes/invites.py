"""Invites into the tenant, under /tenants/current/invites, and their acceptance."""

from typing import Any

from app.core import clock
from app.core.errors import InvalidCredentials, TenantSuspended
from app.core.http import (
    Blueprint,
    conditional,
    fails,
    filters,
    limited,
    public,
    requires,
    returns,
    takes,
)
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema, PageQuery
from app.users.errors import (
    AlreadyMember,
    InviteExpired,
    InviteUsed,
    InviteWithdrawn,
    UsernameTaken,
)
from app.users.schemas import (
    AcceptedSchema,
    AcceptSchema,
    InviteCreateSchema,
    InviteSchema,
    SentInviteSchema,
)
from app.users.service import acceptance, invites

blp = Blueprint("invites", __name__, description="Invites into the tenant", resource="invite")


@blp.get("/tenants/current/invites")
@requires("users:manage")
@filters(PageQuery)
@returns(InviteSchema, page=True)
def list_invites(query: dict[str, Any]) -> Any:
    """List the tenant's invites, those accepted and withdrawn too."""
    return invites.list_invites()


@blp.post("/tenants/current/invites")
@requires("users:manage")
@takes(InviteCreateSchema)
@returns(SentInviteSchema, status=201, location="/api/v1/tenants/current/invites/{id}")
@fails(AlreadyMember)
def create_invite(body: dict[str, Any]) -> Any:
    """Invite an e-mail address; an open invite of it is replaced."""
    return invites.create_invite(current_actor(), clock.utcnow(), **body)


@blp.get("/tenants/current/invites/<int:invite_id>")
@requires("users:manage")
@returns(InviteSchema)
def get_invite(invite_id: int) -> Any:
    """Show an invite, without its link."""
    return invites.get_invite(invite_id)


@blp.delete("/tenants/current/invites/<int:invite_id>")
@requires("users:manage")
@conditional
@returns(DeletedSchema, message="Invite withdrawn.")
@fails(InviteUsed)
def withdraw_invite(invite_id: int, expected_version: int | None) -> Any:
    """Withdraw an invite at once."""
    return invites.withdraw_invite(invite_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/invites/<string:token>/accept")
@public()
@limited("login")
@takes(AcceptSchema)
@returns(AcceptedSchema, status=201, location="/api/v1/users/{id}")
@fails(
    AlreadyMember,
    InvalidCredentials,
    InviteExpired,
    InviteUsed,
    InviteWithdrawn,
    TenantSuspended,
    UsernameTaken,
)
def accept_invite(body: dict[str, Any], token: str) -> Any:
    """Accept an invite, with a new password or that of the account which the address has."""
    return acceptance.accept_invite(token, clock.utcnow(), **body)
