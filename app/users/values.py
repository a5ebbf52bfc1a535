"""Roles, the permissions that each of them holds, and the figures of invites and lock-outs."""

from datetime import timedelta

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
ROLE_DESCRIPTIONS = {
    "admin": "Everything in its tenant.",
    "manager": "Everything but users, API keys and the tenant's settings.",
    "operator": "Reads everything; writes and runs backups, storage, verifications and tasks.",
    "viewer": "Reads, and comments on tasks.",
    "auditor": "Reads everything, the audit log and reports too; writes nothing.",
    "reporter": "Posts a status, and nothing else: for backup scripts.",
    "runner": "Claims runs of its own host and reports on them.",
    "servicenow": "Reads events and tasks, writes tasks and comments.",
    "toolbox": "Reads dashboards, trends and sessions.",
    "assistant": "Writes sessions and validation, reads trends and records.",
    "integration": "Writes events and records.",
}
ROLE_NAMES = (*ROLE_PERMISSIONS, *ROLE_ALIASES)
MANAGE_USERS = "users:manage"
ADMIN = "admin"

FAILURES_TO_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
INVITE_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)
# They show by their form what they are, so that no log keeps the token in an invite's address.
INVITE_PREFIX = "hf_invite_"
RESET_PREFIX = "hf_reset_"

OPEN, ACCEPTED, WITHDRAWN, EXPIRED = "open", "accepted", "withdrawn", "expired"


def canonical_role(role: str) -> str:
    """A role's own name; `user` is another one of `viewer`."""
    return ROLE_ALIASES.get(role, role)


def permissions_of(role: str) -> frozenset[str]:
    """What a role may; nothing for a role that is not known."""
    return ROLE_PERMISSIONS.get(canonical_role(role), frozenset())
