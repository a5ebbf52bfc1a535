"""One transaction over a whole database, whichever of the two it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Protocol

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from app.core.db import mark_read_only
from app.core.portable.postgresql import PostgresqlSide
from app.core.portable.sqlite import SqliteSide
from app.core.portable.tables import Table
from app.core.settings import settings


class Side(Protocol):
    """What writing and reading tables needs of a database."""

    def hold(self, names: "list[str]", *, for_change: bool) -> None: ...
    def write(self, table: Table, columns: tuple[str, ...], sink: Any) -> None: ...
    def read(self, table: Table, columns: tuple[str, ...], source: IO[bytes]) -> None: ...
    def has_rows(self, table: Table) -> bool: ...
    def last_id(self, table: Table) -> int: ...
    def go_on_from(self, table: Table, last_id: int) -> None: ...
    def find_orphans(self) -> list[str]: ...


def url() -> str:
    """The owner's database where one is named: whoever owns the tables sees every tenant's rows."""
    found: str = settings()["MIGRATION_DATABASE_URL"] or settings()["SQLALCHEMY_DATABASE_URI"]
    return found


def kind() -> str:
    return make_url(url()).get_backend_name()


@contextmanager
def reading() -> Iterator[tuple[Connection, Side]]:
    """See everything as it is at one moment, while others write."""
    mark_read_only(True)
    try:
        with _engine() as engine, engine.connect() as plain:
            connection = plain
            if kind() == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection, _side(connection)
    finally:
        mark_read_only(False)


@contextmanager
def writing() -> Iterator[tuple[Connection, Side]]:
    """Change everything or, when the block raises, nothing."""
    with _engine() as engine, engine.begin() as connection:
        yield connection, _side(connection)


def _side(connection: Connection) -> Side:
    is_postgresql = connection.dialect.name == "postgresql"
    return PostgresqlSide(connection) if is_postgresql else SqliteSide(connection)


@contextmanager
def _engine() -> Iterator[Engine]:
    engine = create_engine(url(), poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        # Rows come table by table; they are looked at once all are there.
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
    try:
        yield engine
    finally:
        engine.dispose()
