"""The seal of a row: SHA-256 over all that it says, its place, and the seal before it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from app.core import clock

# Before the first row of a chain.
FIRST = "0" * 64
# In the form of the first release. A column that comes later may only be added where it is not
# null, or the seals of all the rows before it break.
SEALED = (
    "id",
    "tenant_id",
    "occurred_at",
    "action",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "trace_id",
    "status",
    "code",
    "path",
    "resource_type",
    "resource_id",
    "changes",
    "count",
    "flood_key",
    "position",
)


def seal_of(row: Mapping[str, Any], previous: str) -> str:
    """The hash of a row, whose `position` it has been given, behind the row of that hash."""
    told = {name: row[name] for name in SEALED}
    told["previous"] = previous
    text = json.dumps(
        told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=clock.to_wire
    )
    return hashlib.sha256(text.encode()).hexdigest()
