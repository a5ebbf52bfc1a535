"""Who may change what of whom, as pure functions."""

from collections.abc import Collection

from app.core.identity import Actor
from app.users.values import MANAGE_USERS, permissions_of

# What the account is in every tenant; the role is of one alone.
ACCOUNT = frozenset({"email", "full_name", "username", "is_active"})
_MANAGED = frozenset({"role", "is_active"})


def is_asked_of_managers(changed: Collection[str]) -> bool:
    """Whether any of these fields is beyond what one may change of oneself."""
    return not _MANAGED.isdisjoint(changed)


def is_of_account(changed: Collection[str]) -> bool:
    return not ACCOUNT.isdisjoint(changed)


def lacks(actor: Actor, *roles: str) -> list[str]:
    """The permissions of these roles that the actor lacks, and so can neither give nor take.

    Otherwise a key that may manage users and nothing else could make itself an administrator.
    """
    held = frozenset().union(*map(permissions_of, roles))
    return sorted(held - actor.permissions)


def is_manager(actor: Actor) -> bool:
    return actor.can(MANAGE_USERS)
