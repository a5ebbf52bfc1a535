"""Filling an empty database with what was written down, and holding it against the manifest."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import inspect

from app.core.portable import sides
from app.core.portable.errors import NotPortable
from app.core.portable.manifest import Manifest
from app.core.portable.sides import Side
from app.core.portable.tables import REVISION, Table, read_tables
from app.core.portable.writing import Sink, describe, find_revision, path_of

_PIECE_BYTES = 1024 * 1024


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise NotPortable unless each table's file is, byte by byte, what was written."""
    for name, written in manifest.tables.items():
        sink = Sink()
        try:
            with path_of(folder, name).open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    sink.write(piece)
        except FileNotFoundError as exc:
            raise NotPortable(f"The backup lacks the table {name}.") from exc
        if (sink.rows, sink.sha256) != (written.rows, written.sha256):
            raise NotPortable(f"The backup's table {name} is not what was written.")


def find_state() -> tuple[str | None, bool]:
    """The database's revision, None where it was never migrated, and whether it has any rows."""
    with sides.reading() as (connection, side):
        if not inspect(connection).has_table(REVISION):
            return None, False
        found = connection.exec_driver_sql(f"SELECT count(*) FROM {REVISION}")  # noqa: S608  # nosec B608 # names from the catalog
        revision = find_revision(connection) if found.scalar_one() else None
        return revision, any(side.has_rows(table) for table in read_tables(connection))


def read_all(folder: Path, manifest: Manifest, before_commit: Callable[[], None]) -> None:
    """Fill the tables, all of them or none.

    The database is empty and of the manifest's revision. `before_commit` is called when every
    table was found to hold what was written. Raises NotPortable.
    """
    with sides.writing() as (connection, side):
        side.hold(list(manifest.tables), for_change=True)
        tables = {table.name: table for table in read_tables(connection)}
        _demand(tables, manifest, find_revision(connection))
        filled = [name for name, table in tables.items() if side.has_rows(table)]
        if filled:
            raise NotPortable(f"The database is not empty: there are rows in {filled[0]}.")
        for name, table in tables.items():
            with path_of(folder, name).open("rb") as file:
                side.read(table, manifest.tables[name].columns, file)
            side.go_on_from(table, manifest.tables[name].last_id)
        _compare(side, tables, manifest)
        before_commit()


def _demand(tables: dict[str, Table], manifest: Manifest, revision: str) -> None:
    shapes = {name: sorted(table.columns) for name, table in tables.items()}
    wanted = {name: sorted(written.columns) for name, written in manifest.tables.items()}
    if revision != manifest.revision or shapes != wanted:
        raise NotPortable("The database's tables are not those of the backup.")


def _compare(side: Side, tables: dict[str, Table], manifest: Manifest) -> None:
    orphans = side.find_orphans()
    if orphans:
        raise NotPortable(f"Rows of {', '.join(orphans)} point at rows that are not there.")
    for name, table in tables.items():
        wanted = manifest.tables[name]
        found = describe(side, table, wanted.columns)
        if (found.rows, found.sha256) != (wanted.rows, wanted.sha256):
            raise NotPortable(
                f"The table {name} does not hold what was written: {found.rows} rows of "
                f"{wanted.rows}; nothing was kept."
            )
