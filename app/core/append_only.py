"""Tables whose rows nobody changes: the ORM and Core statements of a session refuse to.

A table says so by `info={"append_only": True}`; the statement of somebody who must all the same
says so by `execution_options(**ALLOWED)`.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, object_mapper

APPEND_ONLY = {"append_only": True}
ALLOWED = {"may_change_append_only": True}


class AppendOnly(RuntimeError):
    """Something tried to change or remove what is only ever added to."""


@event.listens_for(Session, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete):
        return
    statement: Any = state.statement
    if is_append_only(statement.table) and not state.execution_options.get(next(iter(ALLOWED))):
        raise AppendOnly(f"Rows of {statement.table.name} stay as they are.")


@event.listens_for(Session, "before_flush")
def _refuse_flush(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.dirty, *session.deleted):
        table: Any = object_mapper(row).local_table
        if is_append_only(table) and (row in session.deleted or session.is_modified(row)):
            raise AppendOnly(f"Rows of {table.name} stay as they are.")


def is_append_only(table: Any) -> bool:
    return bool(table.info.get("append_only"))
