"""The roles, and what each of them may."""

from dataclasses import dataclass

from app.users.values import ROLE_ALIASES, ROLE_DESCRIPTIONS, ROLE_PERMISSIONS


@dataclass(frozen=True)
class Role:
    """One role as it is shown."""

    name: str
    description: str
    aliases: list[str]
    permissions: list[str]


def list_roles() -> list[Role]:
    return [
        Role(
            name,
            ROLE_DESCRIPTIONS[name],
            [alias for alias, role in ROLE_ALIASES.items() if role == name],
            sorted(permissions),
        )
        for name, permissions in ROLE_PERMISSIONS.items()
    ]
