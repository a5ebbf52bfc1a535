"""Core statements over tenants' rows, compiled once; and writes that leave together.

To build a statement for each request, to work out its cache key and to sort out its parameters
costs several times the database's own work on it; and each statement is a round trip.
"""

from collections.abc import Collection, Iterable
from functools import cache, partial
from typing import Any

from sqlalchemy import Table, bindparam, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import Insert, Update
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.sql.visitors import cloned_traverse, iterate

from app.core.compiled import Values, compiled
from app.core.db import current_session
from app.core.session import Session

_TENANT = "tenant_id"
_OF_TENANT = "of_tenant"
_NEW = "new_"


class Prepared:
    """A statement over one table with a `bindparam` for whatever varies.

    It names its tenant by itself: an INSERT sets `tenant_id`, every other statement asks for it.
    What an INSERT or UPDATE sets is told by the names of the values that it is run with.
    """

    def __init__(self, statement: Any, table: Table) -> None:
        self.table = table
        self._sets_tenant = isinstance(statement, Insert)
        if not self._sets_tenant:
            statement = statement.where(table.c[_TENANT] == bindparam(_OF_TENANT))
        self._statement = statement
        parts: Iterable[Any] = iterate(statement)
        self._asked = frozenset(part.key for part in parts if isinstance(part, BindParameter))
        self._shapes: dict[frozenset[str], _Shape] = {}

    def run(self, tenant_id: int, **values: Any) -> list[tuple[Any, ...]]:
        """Run it for one tenant in the session's transaction; the rows that it gives."""
        session = current_session()
        send_later_ones(session)
        connection = session.held()
        shape, parameters = self._ready(tenant_id, values)
        return compiled(shape.statement, connection.dialect).run(connection, parameters)

    def later(self, tenant_id: int, **values: Any) -> None:
        """Write in this transaction, but only before its next statement or its end.

        For writes that nothing can refuse, and of which nobody asks what they made.
        """
        session = current_session()
        if session.new or session.dirty or session.deleted:
            # What was done before stays before.
            session.flush()
        if self.table in session.waiting:
            # Writes that leave together are in no order, and those of one table may need one.
            send_later_ones(session)
        session.waiting[self.table] = self._ready(tenant_id, values)

    def _ready(self, tenant_id: int, values: Values) -> "tuple[_Shape, Values]":
        values[_TENANT if self._sets_tenant else _OF_TENANT] = tenant_id
        names = frozenset(values)
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = _Shape(self._statement, self.table, names - self._asked)
        return shape, shape.parameters(values)


class _Shape:
    """A prepared statement that sets these columns, and those that have a default."""

    def __init__(self, statement: Any, table: Table, columns: frozenset[str]) -> None:
        is_write = isinstance(statement, Insert | Update)
        kind = "default" if isinstance(statement, Insert) else "onupdate"
        defaults = _defaults(table, kind, columns) if is_write else {}
        self._keys = {name: _NEW + name for name in columns}
        self._made = {
            _NEW + name: partial(default.arg, None)
            for name, default in defaults.items()
            if default.is_callable
        }
        if is_write:
            told = {name: _new(table, name) for name in columns}
            told |= {name: _default(table, name, made) for name, made in defaults.items()}
            statement = statement.values(dict(sorted(told.items())))
        self.statement = statement

    def parameters(self, values: Values) -> Values:
        """What the statement is run with: the values given, and the defaults of the others."""
        keys = self._keys
        named = {keys.get(name, name): value for name, value in values.items()}
        for name, make in self._made.items():
            named[name] = make()
        return named


def send_later_ones(session: Session, is_last: bool = False) -> None:
    """Send what waits: in one statement on PostgreSQL, one by one on SQLite.

    With `is_last` the transaction may end with it.
    """
    if not session.waiting:
        return
    writes: list[tuple[_Shape, Values]] = list(session.waiting.values())
    session.waiting.clear()
    connection = session.held()
    if connection.dialect.name != "postgresql":
        for shape, values in writes:
            compiled(shape.statement, connection.dialect).run(connection, values)
        return
    every = {
        f"w{number}_{name}": value
        for number, (_, values) in enumerate(writes)
        for name, value in values.items()
    }
    statement = _together(tuple(shape.statement for shape, _ in writes))
    compiled(statement, connection.dialect).run(connection, every, is_last=is_last)


@cache
def _together(statements: tuple[Any, ...]) -> Any:
    """One statement that makes all these writes.

    https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
    """
    *parts, last = [
        _renamed(statement, f"w{number}_") for number, statement in enumerate(statements)
    ]
    return last.add_cte(*(part.cte(f"write_{number}") for number, part in enumerate(parts)))


def _renamed(statement: Any, prefix: str) -> Any:
    def rename(parameter: Any) -> None:
        parameter.key = prefix + parameter.key

    return cloned_traverse(statement, {}, {"bindparam": rename})


def _new(table: Table, column: str) -> Any:
    return bindparam(_NEW + column, type_=table.c[column].type)


def _default(table: Table, column: str, default: Any) -> Any:
    if default.is_callable:
        return _new(table, column)
    return _Constant(default.arg, table.c[column].type)


class _Constant(ColumnElement[Any]):
    """A value that is a part of the statement's text, and so is sent with none of its runs."""

    inherit_cache = False

    def __init__(self, value: Any, kind: Any) -> None:
        self.value, self.type = value, kind


@compiles(_Constant)
def _render(constant: _Constant, compiler: Any, **_: Any) -> Any:
    return compiler.render_literal_value(constant.value, constant.type)


def _defaults(table: Table, kind: str, given: Collection[str]) -> dict[str, Any]:
    """The default of each column that has one and is not given."""
    found = {column.name: getattr(column, kind) for column in table.columns}
    return {
        name: default
        for name, default in found.items()
        if default is not None and name not in given
    }


@event.listens_for(Session, "do_orm_execute")
def _send_before_a_statement(state: ORMExecuteState) -> None:
    session: Any = state.session
    send_later_ones(session)


@event.listens_for(Session, "before_flush")
def _send_before_flush(session: Session, _context: Any, _instances: Any) -> None:
    send_later_ones(session)


Session.send_waiting = send_later_ones
