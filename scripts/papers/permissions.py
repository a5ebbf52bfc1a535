"""docs/permissions.md: the table that the tests try at every door, as people like to read it."""

from itertools import groupby

from flask import Flask

from scripts.papers.markdown import code, opening, table
from scripts.papers.operations import Told, told
from tests.access_table import ACCESS, FINER, HOSTS_ONLY, OTHERS, OWN_TOO, PEOPLE_ONLY, ROLES

_TEXT = """
Almost every operation asks for one permission, and a role is a set of permissions; no operation
asks for a role by name. A caller without the permission gets 403 `FORBIDDEN`, and
`details.required` names what is missing. The permission is judged before the body and the path:
whoever may not write gets 403 for a bad body and for a job that is not there, too. Whoever may
gets 404 for an id of another tenant, as for one that nobody has.

A person has one role in each tenant that it belongs to. An API key has a role or a list of
permissions, and never more than the person has who made it: a key whose maker loses a
permission loses it too. `platform_admin` is a flag of a person and no role: it holds
`platform:manage`, for work on tenants, and opens nothing else of what follows.

The tests try each line with every role, as a person and as an API key, and without credentials.
"""


def write_permissions(app: Flask) -> str:
    head = opening("Who may do what", "tests/access_table.py", _TEXT)
    return "\n".join([head, _roles(), _operations(app), _exceptions(), _free(app)])


def _roles() -> str:
    asked = {role: _permissions_of(role) for role in ROLES}
    rows = [
        (code(role), may, ", ".join(map(code, asked[role])) or "none yet")
        for role, may in ROLES.items()
    ]
    heads = ("role", "may", "permissions that operations ask for today")
    return f"## Roles\n\n{table(heads, rows)}"


def _permissions_of(role: str) -> list[str]:
    lines = [*ACCESS.values(), *FINER.values(), *OTHERS.values()]
    return sorted({asked for asked, roles in lines if asked and role in roles.split()})


def _operations(app: Flask) -> str:
    """The lines that ask for a permission; a role that none of them names gets no column."""
    lines = [line for line in told(app) if _line(line)[0]]
    named = [role for role in ROLES if any(_may(line, role) for line in lines)]
    unnamed = ", ".join(code(role) for role in ROLES if role not in named)
    parts = ["## Operations that ask for a permission\n"]
    if unnamed:
        parts += [f"No operation asks yet for what these roles may: {unnamed}.\n"]
    for group, members in groupby(lines, key=lambda line: line.group):
        heads = ("operation", "permission", *named)
        parts += [f"### {group}\n", table(heads, (_row(line, named) for line in members))]
    return "\n".join(parts)


def _row(line: Told, named: list[str]) -> list[str]:
    marks = ["✓" if _may(line, role) else "" for role in named]
    return [code(line.name), code(_line(line)[0] or ""), *marks]


def _line(line: Told) -> tuple[str | None, str]:
    """The permission and the roles; raises LookupError for what nobody has judged yet."""
    if line.name not in ACCESS:
        raise LookupError(f"Say in tests/access_table.py who may call {line.name}.")
    return ACCESS[line.name]


def _may(line: Told, role: str) -> bool:
    return role in _line(line)[1].split()


def _free(app: Flask) -> str:
    lines = [line for line in told(app) if _line(line)[0] is None]
    signed_in = [line for line in lines if not _may(line, "anonymous")]
    anybody = [line for line in lines if _may(line, "anonymous")]
    heads = ("operation", "what it does")
    return "\n".join(
        [
            "## Operations for whoever is signed in\n",
            table(heads, ((code(line.name), line.summary) for line in signed_in)),
            "## Operations for anybody\n",
            "Signing in, refreshing and signing out carry their own credentials.\n",
            table(heads, ((code(line.name), line.summary) for line in anybody)),
        ]
    )


def _exceptions() -> str:
    finer = [
        f"- {code(line)} with {code(f'{field}: true')} asks for {code(permission)} too, "
        f"which {' and '.join(map(code, roles.split()))} has."
        for (line, field), (permission, roles) in FINER.items()
    ]
    people = [f"- {code(line)} is for people: an API key gets 403." for line in sorted(PEOPLE_ONLY)]
    own = [f"- {code(line)} asks for no permission of oneself." for line in sorted(OWN_TOO)]
    hosts = [
        f"- {code(line)} is for hosts: every other caller than a registered runner's key gets 403."
        for line in sorted(HOSTS_ONLY)
    ]
    others = [
        f"- {code(line)} is for one's own; what another has made asks for {code(permission)} too, "
        f"which {' and '.join(map(code, roles.split()))} has."
        for line, (permission, roles) in OTHERS.items()
    ]
    return "\n".join(["## Exceptions\n", *finer, *others, *own, *people, *hosts]) + "\n"
