"""What the audit log is told: the operation, its caller, and the fields that it changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import ColumnProperty, InstanceState, Session

from app.core import clock
from app.core.identity import Actor, Claim
from app.core.logging import MASK, mask_text
from app.core.ports import Port

# What `search` looks through only repeats other fields.
_UNTOLD = frozenset({"id", "tenant_id", "version", "created_at", "updated_at", "search_text"})


@dataclass(frozen=True)
class Change:
    """One row that a transaction made, changed or removed."""

    resource_type: str
    resource_id: int
    fields: dict[str, list[Any]]


@dataclass(frozen=True)
class AuditEntry:
    """One write or refusal, as the audit log keeps it."""

    action: str
    actor: Actor | None
    address: str
    trace_id: str
    status: int
    path: str
    code: str | None = None
    resource_type: str | None = None
    resource_id: int | None = None
    changes: list[Change] = field(default_factory=list)
    claim: Claim | None = None


audit_sink: Port[[AuditEntry], None] = Port("http.audit_sink")
refusal_sink: Port[[AuditEntry], None] = Port("http.refusal_sink")


def changes_of(session: Session) -> list[Change]:
    """The changes that this session has flushed to audited models."""
    changes: list[Change] = session.info.get("changes", [])
    return changes


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: Any) -> None:
    """Models that name an `audit_name` are told of; columns marked secret are masked.

    `audit_parts` of a model names relationships whose rows are told as one of its own fields.
    """
    collected = session.info.setdefault("changes", [])
    for row in (*session.new, *session.dirty, *session.deleted):
        name = getattr(row, "audit_name", None)
        if name is None:
            continue
        tell = _removed_fields if row in session.deleted else _changed_fields
        fields = tell(inspect(row))
        if fields:
            collected.append(Change(name, row.id, fields))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    """Not after a commit: a view that released its session still has its changes to tell."""
    session.info.pop("changes", None)


def _changed_fields(state: InstanceState[Any]) -> dict[str, list[Any]]:
    fields = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if _is_untold(column) or not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before != after:
            fields[column.key] = [_shown(before, column), _shown(after, column)]
    for name, relationship in getattr(state.class_, "audit_parts", {}).items():
        parts = state.attrs[relationship].history
        if parts.has_changes():
            before, after = (*parts.unchanged, *parts.deleted), (*parts.unchanged, *parts.added)
            fields[name] = [sorted(map(str, before)), sorted(map(str, after))]
    return fields


def _removed_fields(state: InstanceState[Any]) -> dict[str, list[Any]]:
    """What the row held: the history of a removed one is empty."""
    return {
        column.key: [_shown(value, column), None]
        for column in state.mapper.column_attrs
        if not _is_untold(column) and (value := state.dict.get(column.key)) is not None
    }


def _is_untold(column: ColumnProperty[Any]) -> bool:
    """Nobody's decision, or, as a column marked derived, another field in other words."""
    return column.key in _UNTOLD or bool(column.columns[0].info.get("derived", False))


def _shown(value: Any, column: ColumnProperty[Any]) -> Any:
    if value is None:
        return None
    if column.columns[0].info.get("secret", False):
        return MASK
    if isinstance(value, datetime):
        return clock.to_wire(value)
    if isinstance(value, str):
        # An address may hold a password that nobody declared.
        return mask_text(value)
    return value if isinstance(value, str | int | float | bool | list | dict) else str(value)
