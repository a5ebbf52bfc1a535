"""A statement handed to the driver itself, planned once a connection on PostgreSQL."""

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from app.core import transactions

Values = dict[str, Any]
Processor = Callable[[Any], Any]


class Compiled:
    """A statement as its driver takes it, with what turns values into the driver's and back.

    It goes to the driver itself: SQLAlchemy's own way costs three times the driver's work. Each
    connection to PostgreSQL has it parsed and planned once, so a pooler between must keep a
    client on its connection (pgbouncer: session pooling).
    """

    _numbers = itertools.count(1)

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self._dialect: Any = dialect
        self._is_kept = dialect.name == "postgresql"
        if self._is_kept:
            numbered: Any = type(dialect)
            dialect = numbered(paramstyle="numeric_dollar")
        done = statement.compile(dialect=dialect)
        self._order: list[str] = done.positiontup
        binds = {name: part.type.dialect_impl(dialect) for name, part in done.binds.items()}
        self._in = _known({name: kind.bind_processor(dialect) for name, kind in binds.items()})
        self._constants = {
            name: part.value for name, part in done.binds.items() if not part.required
        }
        columns = list(statement.exported_columns) if _gives_rows(statement) else []
        self._kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._out: dict[int, Processor] | None = None
        self._text: str = done.string
        if self._is_kept:
            self._name = f"holdfast_{next(self._numbers)}"
            self._prepare = f"PREPARE {self._name} AS {done.string}"
            self._text = f"EXECUTE {self._name} ({', '.join(['%s'] * len(self._order))})"

    def run(
        self, connection: Connection, values: Values, *, is_last: bool = False
    ) -> list[tuple[Any, ...]]:
        """Run it in the connection's transaction; SQLAlchemy's errors, and its rows.

        With `is_last` the transaction is committed with it where that costs less.
        """
        given = {**self._constants, **values}
        for name, process in self._in.items():
            given[name] = process(given[name])
        cursor = connection.connection.cursor()
        try:
            self._keep_on(connection, cursor)
            text = self._text
            if self._is_kept:
                text = (transactions.last if is_last else transactions.first)(connection, text)
            cursor.execute(text, [given[name] for name in self._order])
            rows = cursor.fetchall() if self._kinds else ()
            if self._out is None:
                self._out = self._processors(cursor.description)
        except self._dialect.loaded_dbapi.Error as exc:
            raise self._named(exc, connection, cursor) from exc
        finally:
            cursor.close()
        return [self._read(row, self._out) for row in rows]

    def _processors(self, description: Any) -> dict[int, Processor]:
        """What makes Python's values of the driver's, by the types that the database names."""
        return _known(
            {
                place: kind.result_processor(self._dialect, description[place][1])
                for place, kind in enumerate(self._kinds)
            }
        )

    @staticmethod
    def _read(row: Any, processors: dict[int, Processor]) -> tuple[Any, ...]:
        values = list(row)
        for place, process in processors.items():
            values[place] = process(values[place])
        return tuple(values)

    def _keep_on(self, connection: Connection, cursor: Any) -> None:
        """Have it planned by a connection that does not know it; a roll-back forgets none."""
        if self._is_kept:
            known: set[str] = connection.info.setdefault("prepared", set())
            if self._name not in known:
                cursor.execute(transactions.first(connection, self._prepare))
                known.add(self._name)

    def _named(self, error: Any, connection: Connection, cursor: Any) -> DBAPIError:
        """A driver's error under SQLAlchemy's name; a connection that broke is thrown away."""
        broke = self._dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
        if broke:
            connection.invalidate(error)
        named: DBAPIError = DBAPIError.instance(
            self._text,
            None,
            error,
            self._dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=broke,
            dialect=self._dialect,
        )
        return named


@cache
def compiled(statement: Any, dialect: Dialect) -> Compiled:
    return Compiled(statement, dialect)


def _gives_rows(statement: Any) -> bool:
    return bool(statement.is_select or getattr(statement, "_returning", ()))


def _known(processors: dict[Any, Processor | None]) -> dict[Any, Processor]:
    return {key: process for key, process in processors.items() if process is not None}
