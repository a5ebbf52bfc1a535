"""Writing the whole database down, as it is at one moment."""

import hashlib
from pathlib import Path
from typing import IO

from sqlalchemy.engine import Connection

from app.core import clock
from app.core.portable import sides
from app.core.portable.errors import NotPortable
from app.core.portable.manifest import Manifest, Written
from app.core.portable.sides import Side
from app.core.portable.tables import REVISION, Table, read_tables

SUFFIX = ".rows"


class Sink:
    """Takes a table's lines: counts and hashes them, and keeps them in a file if there is one."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()
        self._file = file

    def write(self, lines: bytes) -> int:
        self.rows += lines.count(b"\n")
        self._hash.update(lines)
        if self._file is not None:
            self._file.write(lines)
        return len(lines)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write_all(folder: Path) -> Manifest:
    """Write each table into a file of its own in this folder.

    Others may write meanwhile; none of it is in the files. Raises NotPortable for a database that
    was never migrated, or while it is.
    """
    names = _names()
    with sides.reading() as (connection, side):
        side.hold(names, for_change=False)
        revision = find_revision(connection)
        tables = read_tables(connection)
        if sorted(table.name for table in tables) != sorted(names):
            raise NotPortable("The database is being migrated; try again when that is done.")
        written = {table.name: _write(side, table, folder) for table in tables}
        return Manifest(
            made_at=clock.utcnow().isoformat(),
            database=sides.kind(),
            revision=revision,
            tables=written,
        )


def find_revision(connection: Connection) -> str:
    found = connection.exec_driver_sql(f"SELECT version_num FROM {REVISION}").scalars().all()  # noqa: S608  # nosec B608 # names from the catalog
    if len(found) != 1:
        raise NotPortable("The database was never migrated: there is nothing to back up.")
    return str(found[0])


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}{SUFFIX}"


def describe(side: Side, table: Table, columns: tuple[str, ...]) -> Written:
    """Tell what `write_all` would of this table."""
    sink = Sink()
    side.write(table, columns, sink)
    return Written(columns, sink.rows, sink.sha256, side.last_id(table))


def _write(side: Side, table: Table, folder: Path) -> Written:
    columns = tuple(table.columns)
    with path_of(folder, table.name).open("wb") as file:
        sink = Sink(file)
        side.write(table, columns, sink)
    return Written(columns, sink.rows, sink.sha256, side.last_id(table))


def _names() -> list[str]:
    with sides.reading() as (connection, _):
        names = [table.name for table in read_tables(connection)]
    if not names:
        raise NotPortable("The database was never migrated: there is nothing to back up.")
    return names
