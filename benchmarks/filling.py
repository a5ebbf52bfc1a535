"""Rows by the million: past the checks of foreign keys, with the indexes made afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Connection, bindparam, text

from tests.support.raw import owners_engine

# All but those that a constraint stands on: other tables lean on them.
_INDEXES = text(
    "SELECT schemaname, indexname, indexdef FROM pg_indexes"
    " WHERE tablename IN :tables AND schemaname = current_schema() AND NOT EXISTS"
    " (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
).bindparams(bindparam("tables", expanding=True))


@contextmanager
def filling(app: Flask, *tables: str) -> Iterator[Connection]:
    """Fill these tables over the connection of the database's owner, in one transaction."""
    with app.app_context(), owners_engine().begin() as connection:
        # Foreign keys are triggers, and replicas run none.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        indexes = connection.execute(_INDEXES, {"tables": tables}).all()
        for schema, name, _ in indexes:
            connection.exec_driver_sql(f'DROP INDEX "{schema}"."{name}"')
        yield connection
        for _, _, definition in indexes:
            connection.exec_driver_sql(definition)


def settle(app: Flask) -> None:
    """Let the planner know the tables as they are now."""
    with app.app_context():
        engine = owners_engine().execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
