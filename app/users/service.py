"""People: making them, their memberships, their passwords."""

from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, NotFound, ValidationFailed
from app.tenants.models import Tenant
from app.users.models import Membership, User
from app.users.passwords import hash_password, password_problem
from app.users.values import canonical_role, permissions_of


class UsernameTaken(Conflict):
    message = "A user with this name or e-mail exists already."


@dataclass(frozen=True)
class Belonging:
    """One of a user's active memberships, with its tenant."""

    tenant: Tenant
    role: str

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(self.role)


def name_key(name: str) -> str:
    """The form by which names and e-mail addresses are found."""
    return name.strip().casefold()


def find_user(name: str) -> User | None:
    """By user name or e-mail; a name wins over another's e-mail."""
    key = name_key(name)
    by_name = db.session.scalars(select(User).where(User.username_key == key)).one_or_none()
    if by_name is not None:
        return by_name
    return db.session.scalars(select(User).where(User.email_key == key)).one_or_none()


def get_user(name: str) -> User:
    """Raises NotFound."""
    user = find_user(name)
    if user is None:
        raise NotFound(f"There is no user {name}.")
    return user


def create_user(
    username: str,
    password: str,
    *,
    full_name: str | None = None,
    email: str | None = None,
    is_platform_admin: bool = False,
) -> User:
    """Raises UsernameTaken, and ValidationFailed for a password that is too weak."""
    if find_user(username) is not None or (email and find_user(email) is not None):
        raise UsernameTaken(details={"username": [UsernameTaken.message]})
    refuse_weak_password(password, username=username, email=email, field="password")
    user = User(
        username=username.strip(),
        username_key=name_key(username),
        email=email,
        email_key=name_key(email) if email else None,
        full_name=full_name or username.strip(),
        password_hash=hash_password(password),
        is_platform_admin=is_platform_admin,
    )
    db.session.add(user)
    db.session.flush()
    return user


def add_member(tenant: Tenant, user: User, role: str) -> Membership:
    """Give the user a role in the tenant; a second membership there is refused."""
    membership = Membership(tenant_id=tenant.id, user_id=user.id, role=canonical_role(role))
    db.session.add(membership)
    db.session.flush()
    return membership


def list_belongings(user_id: int) -> list[Belonging]:
    """The user's active memberships over all tenants, in the order they were made.

    Needs an unscoped session.
    """
    rows = db.session.execute(
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id, Membership.is_active)
        .order_by(Membership.id)
    )
    return [Belonging(tenant, role) for tenant, role in rows]


def refuse_weak_password(
    password: str, *, username: str | None, email: str | None, field: str
) -> None:
    problem = password_problem(password, username=username, email=email)
    if problem is not None:
        raise ValidationFailed.on(field, problem)


def set_password(user: User, password_hash: str) -> None:
    """Keep a new hash and unlock the account; the caller ends the user's tokens."""
    user.password_hash = password_hash
    user.failed_logins = 0
    user.locked_until = None


def has_any() -> bool:
    """Whether there is any user yet."""
    return db.session.scalar(select(User.id).limit(1)) is not None
