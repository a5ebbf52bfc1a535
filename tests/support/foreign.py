"""Where a body or a query may name a row, as the document tells, and another tenant's such row."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.core.tenancy import as_tenant
from app.storage import service as storage
from app.verification.models import Verification
from tests.support.cast import Cast
from tests.support.document import Document
from tests.support.operations import Door
from tests.support.rows import keep_account, keep_alert, keep_channel, keep_event

# No row has it, and nothing else in an answer looks like it.
_NOWHERE = 987_654_321
_LOOKS_LIKE_AN_ID = re.compile(r"(?:.*_)?ids?")
# What is named otherwise than by an id; a job's runner is whichever host will have that name.
_NAMES = {"tenant"}
# Of other systems, or a word that hangs together what one tenant has.
_NO_ROWS = {"access_key_id", "external_id", "snapshot_id", "trace_id"}


def _job(cast: Cast) -> int:
    return int(cast.create_job(tenant="globex").id)


def _copy(cast: Cast) -> int:
    body = {"name": "Vault", "location_type": "offsite", "media_type": "tape"}
    path = f"/api/v1/backups/{_job(cast)}/copies"
    return int(cast.caller("admin", "globex").post(path, body).json["data"]["id"])  # type: ignore[index]


def _provider(cast: Cast) -> int:
    with cast.app.app_context(), as_tenant(cast.tenant("globex")) as session:
        provider = storage.ensure_default(cast.tenant("globex"), f"{cast.instance}/globex")
        session.flush()
        return int(provider.id)


def _user(cast: Cast) -> int:
    return int(cast.user("operator", tenant="globex").id)


def _alert(cast: Cast) -> int:
    return keep_alert(cast, "globex")


def _verification(cast: Cast) -> int:
    row = Verification(job_id=_job(cast), test_type="integrity", status="success")
    with cast.app.app_context(), as_tenant(cast.tenant("globex")) as session:
        session.add(row)
        session.flush()
        return int(row.id)


# By the end of the field's name; by the whole line where a name alone does not tell.
_THEIRS: dict[str, Callable[[Cast], int | str]] = {
    "POST /api/v1/alerts/bulk-acknowledge: ids": _alert,
    "POST /api/v1/events: subject.id": _job,
    "GET /api/v1/audit: resource_id": _job,
    "GET /api/v1/alerts: parent_id": _alert,
    "alert_id": _alert,
    "assigned_user_id": _user,
    "assignee_id": _user,
    "aws_account_id": lambda cast: keep_account(cast, cast.caller("admin", "globex")),
    "backup_id": _job,
    "channel_id": lambda cast: keep_channel(cast, cast.caller("admin", "globex")),
    "copy_id": _copy,
    "event_id": lambda cast: keep_event(cast, "globex"),
    "job_id": _job,
    "owner_id": _user,
    "storage_id": _provider,
    "tenant": lambda _: "globex",
    "verification_id": _verification,
}
# What says which kind of row an id is of; ids of different kinds may be the same number.
_BESIDE = {
    "POST /api/v1/events: subject.id": {"subject.type": "backup"},
    "GET /api/v1/audit: resource_id": {"resource_type": "backup_job"},
}


@dataclass(frozen=True)
class RowField:
    """A field of an operation's body or a parameter of its query that names a row."""

    door: Door
    place: str
    name: str
    is_list: bool

    def __str__(self) -> str:
        return f"{self.door.name}: {self.name}"

    @property
    def nowhere(self) -> int | str:
        """What no row has."""
        return f"nowhere-{_NOWHERE}" if self.name in _NAMES else _NOWHERE

    def make_theirs(self, cast: Cast) -> int | str:
        """A row of Globex that the field could name."""
        found = _THEIRS.get(str(self)) or _THEIRS.get(self.name)
        assert found is not None, (
            f"{self} looks like the id of a row: add to {__name__}._THEIRS how another tenant's "
            "is made, so that the operation is tried with it; or to _NO_ROWS, if it is none."
        )
        return found(cast)

    def options(self, body: Any, row: int | str) -> dict[str, Any]:
        """What a request sends that names this row."""
        given = {**_BESIDE.get(str(self), {}), self.name: row}
        if self.place == "query":
            return {"query_string": given, "json": body}
        changed = deepcopy(body)
        for path, value in given.items():
            *outer, last = path.split(".")
            part = changed
            for name in outer:
                part[name] = part.get(name) or {}
                part = part[name]
            # In a list it comes behind one that is the caller's own.
            part[last] = [*part.get(last, []), value] if self.is_list else value
        return {"json": changed}


def row_fields(document: Document, doors: list[Door]) -> Iterator[RowField]:
    """Each field and parameter of these operations that names a row, by its looks."""
    for door in doors:
        told = document.operation(door)
        for parameter in told.get("parameters", []):
            parameter = document.resolve(parameter)
            if parameter["in"] == "query" and _names_row(parameter["name"]):
                is_list = parameter["schema"].get("type") == "array"
                yield RowField(door, "query", parameter["name"], is_list)
        # A form comes from a client that names itself, and no row.
        content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, schema in _properties(document, content.get("schema", {})):
            if _names_row(name.rpartition(".")[2]):
                yield RowField(door, "body", name, "array" in _types(schema))


def _names_row(name: str) -> bool:
    looks_like_one = name in _NAMES or _LOOKS_LIKE_AN_ID.fullmatch(name) is not None
    return looks_like_one and name not in _NO_ROWS


def _types(schema: Any) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def _properties(document: Document, schema: Any, outer: str = "") -> Iterator[tuple[str, Any]]:
    """Each property at any depth, dotted, but for those that only answers have."""
    schema = document.resolve(schema)
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from _properties(document, part, outer)
    if "items" in schema:
        yield from _properties(document, schema["items"], outer)
    for name, inner in schema.get("properties", {}).items():
        if not inner.get("readOnly"):
            yield outer + name, document.resolve(inner)
            yield from _properties(document, inner, f"{outer}{name}.")
