"""What the audit log is told of a command on the server's own command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.http.trail import AuditEntry, audit_sink, changes_of
from app.core.identity import Claim
from app.core.ids import new_trace_id
from app.core.logging import current_trace_id

SYSTEM = "system"
COMMAND_LINE = "command line"
_TENANTS = "changed_tenants"
_command: ContextVar[str | None] = ContextVar("command", default=None)


@contextmanager
def told_as(command: str) -> Iterator[None]:
    """Let each transaction in here that changes what is audited leave a row under this name."""
    before = _command.set(command)
    try:
        yield
    finally:
        _command.reset(before)


def tell(session: Session) -> None:
    """Leave a row in this transaction, whatever it changed; nothing outside of a command.

    It belongs to the tenant of what was changed, and to none where that is several or nobody's.
    """
    command = _command.get()
    if command is None:
        return
    changes = changes_of(session)
    tenants = session.info.pop(_TENANTS, set())
    first = next(iter(changes), None)
    entry = AuditEntry(
        action=command.replace(" ", "."),
        actor=None,
        claim=Claim(COMMAND_LINE, min(tenants) if len(tenants) == 1 else None, SYSTEM),
        address="local",
        trace_id=current_trace_id() or new_trace_id(),
        status=200,
        path=command,
        resource_type=first.resource_type if first else None,
        resource_id=first.resource_id if first else None,
        changes=list(changes),
    )
    changes.clear()
    audit_sink(entry)


@event.listens_for(Session, "after_flush")
def _note_tenants(session: Session, _context: Any) -> None:
    if _command.get() is None:
        return
    noted = session.info.setdefault(_TENANTS, set())
    for row in (*session.new, *session.dirty, *session.deleted):
        is_tenant = getattr(row, "audit_name", None) == "tenant"
        tenant_id = row.id if is_tenant else getattr(row, "tenant_id", None)
        if tenant_id is not None:
            noted.add(tenant_id)


@event.listens_for(Session, "before_commit")
def _tell_before_the_commit(session: Session) -> None:
    if _command.get() is None or session.in_nested_transaction():
        return
    session.flush()
    if changes_of(session):
        tell(session)
