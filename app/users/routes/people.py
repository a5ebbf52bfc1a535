"""The people of the tenant, under /users, and what their roles may, under /roles."""

from typing import Any

from app.core import clock
from app.core.errors import Conflict
from app.core.http import Blueprint, conditional, fails, filters, requires, returns, takes
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema, NumberedQuery
from app.users.errors import (
    AlreadyMember,
    LastAdmin,
    MailNotConfigured,
    OwnAccount,
    SharedAccount,
    UsernameTaken,
)
from app.users.schemas import (
    NewUserSchema,
    PeopleQuery,
    ResetSentSchema,
    RoleSchema,
    UserCreateSchema,
    UserSchema,
    UserUpdateSchema,
)
from app.users.service import memberships, people, resets, roles

blp = Blueprint("users", __name__, description="People and roles", resource="user")


@blp.get("/users")
@requires("users:read")
@filters(PeopleQuery)
@returns(UserSchema, page=True)
def list_users(query: dict[str, Any]) -> Any:
    """List the tenant's people, deactivated ones too."""
    return people.list_people(query)


@blp.post("/users")
@requires("users:manage")
@takes(UserCreateSchema)
@returns(NewUserSchema, status=201, location="/api/v1/users/{id}")
@fails(UsernameTaken, AlreadyMember)
def create_user(body: dict[str, Any]) -> Any:
    """Make a user; one without a password is sent an invite."""
    return people.create_person(current_actor(), clock.utcnow(), **body)


@blp.get("/users/<int:user_id>")
@requires("users:read", "users:manage", own="user_id")
@returns(UserSchema)
def get_user(user_id: int) -> Any:
    """Show a user of the tenant, or oneself."""
    return memberships.get_person(user_id)


@blp.put("/users/<int:user_id>")
@requires("users:manage", own="user_id")
@takes(UserUpdateSchema)
@conditional
@returns(UserSchema)
@fails(UsernameTaken, OwnAccount, LastAdmin, SharedAccount)
def update_user(body: dict[str, Any], user_id: int, expected_version: int | None) -> Any:
    """Change the given fields of a user, or of oneself all but role and is_active."""
    return people.update_person(
        user_id, body, current_actor(), clock.utcnow(), expected_version=expected_version
    )


@blp.delete("/users/<int:user_id>")
@requires("users:manage")
@conditional
@returns(DeletedSchema, message="User deactivated; all sign-ins and keys have ended.")
@fails(OwnAccount, LastAdmin, SharedAccount)
def deactivate_user(user_id: int, expected_version: int | None) -> Any:
    """Deactivate a user; all their tokens and keys stop at once."""
    return people.deactivate_person(
        user_id, current_actor(), clock.utcnow(), expected_version=expected_version
    )


@blp.post("/users/<int:user_id>/reset-password")
@requires("users:manage")
@returns(ResetSentSchema, message="The link was mailed.")
@fails(Conflict, SharedAccount, MailNotConfigured)
def request_password_reset(user_id: int) -> Any:
    """Mail a user a single-use link for a new password, valid for an hour."""
    return resets.request_reset(user_id, current_actor(), clock.utcnow())


@blp.get("/roles")
@requires()
@filters(NumberedQuery)
@returns(RoleSchema, page=True)
def list_roles(query: dict[str, Any]) -> Any:
    """List the roles, and what each of them may."""
    return roles.list_roles()
