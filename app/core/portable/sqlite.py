"""SQLite's tables as lines, in the form that PostgreSQL gives them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import IO, Any

from sqlalchemy.engine import Connection

from app.core.portable.lines import read_line, write_line
from app.core.portable.tables import Table

_BATCH = 1000


class SqliteSide:
    """The tables of an SQLite database within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, names: Sequence[str], *, for_change: bool) -> None:
        """Nothing: a transaction here sees one moment, and a writing one is alone."""

    def write(self, table: Table, columns: tuple[str, ...], sink: Any) -> None:
        """Give every row to the sink, in the order of the key."""
        kinds = table.kinds(columns)
        order = _listed(table.key)
        asked = f'SELECT {_listed(columns)} FROM "{table.name}" ORDER BY {order}'  # noqa: S608  # nosec B608 # names from the catalog
        with _cursor(self._connection) as cursor:
            cursor.execute(asked)
            while rows := cursor.fetchmany(_BATCH):
                sink.write("".join(write_line(kinds, row) for row in rows).encode())

    def read(self, table: Table, columns: tuple[str, ...], source: IO[bytes]) -> None:
        """Add every row of the source."""
        kinds = table.kinds(columns)
        places = ", ".join("?" * len(columns))
        added = f'INSERT INTO "{table.name}" ({_listed(columns)}) VALUES ({places})'  # noqa: S608  # nosec B608 # names from the catalog
        with _cursor(self._connection) as cursor:
            for lines in _batches(source):
                cursor.executemany(added, [read_line(kinds, line.decode()) for line in lines])

    def has_rows(self, table: Table) -> bool:
        found = self._connection.exec_driver_sql(f'SELECT 1 FROM "{table.name}" LIMIT 1')  # noqa: S608  # nosec B608 # names from the catalog
        return found.first() is not None

    def last_id(self, table: Table) -> int:
        """The last id that was given out, also of rows that are gone; 0 where none was."""
        asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        return int(self._connection.exec_driver_sql(asked, (table.name,)).scalar() or 0)

    def go_on_from(self, table: Table, last_id: int) -> None:
        """Give out ids above this one from now on."""
        if last_id and len(table.key) == 1:
            forgotten = "DELETE FROM sqlite_sequence WHERE name = ?"
            noted = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
            self._connection.exec_driver_sql(forgotten, (table.name,))
            self._connection.exec_driver_sql(noted, (table.name, last_id))

    def find_orphans(self) -> list[str]:
        """Tables with rows that point at none; foreign keys are not looked at meanwhile."""
        found = self._connection.exec_driver_sql("PRAGMA foreign_key_check")
        return sorted({row[0] for row in found})


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    each = iter(lines)
    while batch := list(islice(each, _BATCH)):
        yield batch


def _cursor(connection: Connection) -> Any:
    return closing(connection.connection.cursor())
