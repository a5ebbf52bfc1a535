"""PostgreSQL's tables as lines, by COPY: the server does the work."""

from collections.abc import Sequence
from contextlib import closing
from typing import IO, Any

from sqlalchemy.engine import Connection

from app.core.portable.errors import NotPortable
from app.core.portable.tables import Table

# What another setting of the server would write differently. With row security off, a statement
# whose rows would be filtered fails instead of giving a part of them.
_SETTINGS = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL row_security = off",
    "SET LOCAL lock_timeout = '60s'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_IS_FILTERED = (
    "SELECT bool_or(row_security_active(oid)) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


class PostgresqlSide:
    """The tables of a PostgreSQL database within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        for setting in _SETTINGS:
            connection.exec_driver_sql(setting)

    def hold(self, names: Sequence[str], *, for_change: bool) -> None:
        """Keep migrations, and `for_change` everybody, from these tables until the end.

        A migration that copies a table would let it look empty to whoever began before. Raises
        NotPortable for a role that would see a part of the rows.
        """
        mode = "ACCESS EXCLUSIVE" if for_change else "ACCESS SHARE"
        listed = ", ".join(f'"{name}"' for name in names)
        if names:
            self._connection.exec_driver_sql(f"LOCK TABLE {listed} IN {mode} MODE")
        if self._connection.exec_driver_sql(_IS_FILTERED).scalar():
            raise NotPortable(
                "This role of PostgreSQL sees a part of the rows only, by row-level security: name "
                "the owner of the tables in MIGRATION_DATABASE_URL."
            )

    def write(self, table: Table, columns: tuple[str, ...], sink: Any) -> None:
        """Give every row to the sink, in the order of the key."""
        self._copy(
            f'COPY (SELECT {_listed(columns)} FROM "{table.name}" ORDER BY {_order(table)})'  # noqa: S608  # nosec B608 # names from the catalog
            " TO STDOUT",
            sink,
        )

    def read(self, table: Table, columns: tuple[str, ...], source: IO[bytes]) -> None:
        """Add every row of the source."""
        self._copy(f'COPY "{table.name}" ({_listed(columns)}) FROM STDIN', source)

    def has_rows(self, table: Table) -> bool:
        found = self._connection.exec_driver_sql(f'SELECT 1 FROM "{table.name}" LIMIT 1')  # noqa: S608  # nosec B608 # names from the catalog
        return found.first() is not None

    def last_id(self, table: Table) -> int:
        """The last id that was given out, also of rows that are gone; 0 where none was."""
        sequence = self._sequence(table)
        if sequence is None:
            return 0
        asked = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608  # nosec B608 # names from the catalog
        return int(self._connection.exec_driver_sql(asked).scalar_one())

    def go_on_from(self, table: Table, last_id: int) -> None:
        """Give out ids above this one from now on."""
        sequence = self._sequence(table)
        if sequence is not None and last_id:
            self._connection.exec_driver_sql("SELECT setval(%s, %s)", (sequence, last_id))

    def find_orphans(self) -> list[str]:
        """None: the server has looked at each foreign key by itself."""
        return []

    def _sequence(self, table: Table) -> str | None:
        if len(table.key) != 1:
            return None
        asked = "SELECT pg_get_serial_sequence(%s, %s)"
        names = (f'"{table.name}"', table.key[0])
        found: str | None = self._connection.exec_driver_sql(asked, names).scalar()
        return found

    def _copy(self, statement: str, file: Any) -> None:
        with closing(self._connection.connection.cursor()) as cursor:
            driver: Any = cursor
            driver.copy_expert(statement, file)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _order(table: Table) -> str:
    """By bytes, whatever the database's own order of letters is: that is SQLite's too."""
    return ", ".join(
        f'"{name}" COLLATE "C"' if table.columns[name] == "text" else f'"{name}"'
        for name in table.key
    )
