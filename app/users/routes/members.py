"""Who belongs to the tenant, under /tenants/current/members."""

from typing import Any

from app.core import clock
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema, PageQuery
from app.users.errors import AlreadyMember, LastAdmin, OwnAccount
from app.users.schemas import (
    InviteCreateSchema,
    MemberSchema,
    MemberUpdateSchema,
    SentInviteSchema,
)
from app.users.service import invites, members, memberships

blp = Blueprint(
    "members",
    __name__,
    url_prefix="/tenants/current/members",
    description="Who belongs to the tenant",
    resource="membership",
)


@blp.get("")
@requires("users:read")
@filters(PageQuery)
@returns(MemberSchema, page=True)
def list_members(query: dict[str, Any]) -> Any:
    """List who belongs to the tenant, and with which role."""
    return members.list_members()


@blp.post("")
@requires("users:manage")
@takes(InviteCreateSchema)
@returns(
    SentInviteSchema,
    status=201,
    location="/api/v1/tenants/current/invites/{id}",
    message="Invited: who has the address belongs here once the invite is accepted.",
)
@fails(AlreadyMember)
def add_member(body: dict[str, Any]) -> Any:
    """Invite whoever has an e-mail address, with an account or none, to belong here."""
    return invites.create_invite(current_actor(), clock.utcnow(), **body)


@blp.get("/<int:user_id>")
@requires("users:read", "users:manage")
@returns(MemberSchema)
def get_member(user_id: int) -> Any:
    """Show with which role a user belongs to the tenant."""
    return memberships.get_person(user_id)


@blp.put("/<int:user_id>")
@requires("users:manage")
@takes(MemberUpdateSchema)
@conditional
@returns(MemberSchema)
@fails(OwnAccount, LastAdmin)
def update_member(body: dict[str, Any], user_id: int, expected_version: int | None) -> Any:
    """Give a member another role, at once."""
    return members.change_role(
        user_id,
        body.get("role"),
        current_actor(),
        clock.utcnow(),
        expected_version=expected_version,
    )


@blp.delete("/<int:user_id>")
@requires("users:manage")
@conditional
@returns(DeletedSchema, message="Membership ended; the account stays.")
@fails(OwnAccount, LastAdmin)
def end_membership(user_id: int, expected_version: int | None) -> Any:
    """End a membership at once; the account and its other memberships stay."""
    return members.end_membership(
        user_id, current_actor(), clock.utcnow(), expected_version=expected_version
    )
