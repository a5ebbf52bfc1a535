"""Roles, and the permissions that each of them holds."""

READ = frozenset(
    {
        "backups:read",
        "storage:read",
        "verify:read",
        "compliance:read",
        "runners:read",
        "events:read",
        "alerts:read",
        "tasks:read",
        "dashboard:read",
        "sessions:read",
        "trends:read",
        "records:read",
        "notifications:read",
    }
)
_OPERATE = frozenset(
    {
        "backups:write",
        "backups:run",
        "backups:restore",
        "storage:write",
        "verify:run",
        "compliance:run",
        "alerts:write",
        "tasks:write",
        "comments:write",
        "status:report",
    }
)
_MANAGE = frozenset(
    {
        "runners:manage",
        "runners:claim",
        "events:write",
        "records:write",
        "sessions:write",
        "validation:write",
        "integrations:manage",
        "notifications:manage",
        "config:manage",
        "reports:read",
        "reports:write",
        "audit:read",
        "users:read",
        "toolbox:read",
    }
)
_ADMINISTER = frozenset(
    {
        "users:manage",
        "api_keys:manage",
        "tenant:manage",
        "events:delete",
        "tasks:delete",
        "comments:manage",
        "backups:overwrite",
    }
)

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    "admin": READ | _OPERATE | _MANAGE | _ADMINISTER,
    "manager": READ | _OPERATE | _MANAGE,
    "operator": READ | _OPERATE,
    "viewer": READ | {"comments:write"},
    "auditor": READ | {"audit:read", "reports:read", "users:read"},
    "reporter": frozenset({"status:report"}),
    "runner": frozenset({"runners:claim"}),
    "servicenow": frozenset({"events:read", "tasks:read", "tasks:write", "comments:write"}),
    "toolbox": frozenset({"dashboard:read", "trends:read", "sessions:read", "toolbox:read"}),
    "assistant": frozenset(
        {"sessions:write", "sessions:read", "validation:write", "trends:read", "records:read"}
    ),
    "integration": frozenset({"events:write", "records:write"}),
}
PERMISSIONS = ROLE_PERMISSIONS["admin"]
# Of a person with the flag `is_platform_admin`, on top of the role; never of an API key.
PLATFORM_PERMISSIONS = frozenset({"platform:manage"})
ROLE_ALIASES = {"user": "viewer"}


def canonical_role(role: str) -> str:
    """A role's own name; `user` is another one of `viewer`."""
    return ROLE_ALIASES.get(role, role)


def permissions_of(role: str) -> frozenset[str]:
    """What a role may; nothing for a role that is not known."""
    return ROLE_PERMISSIONS.get(canonical_role(role), frozenset())
