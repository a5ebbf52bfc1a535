"""The application over a database that its own migrations made."""

import functools
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Engine, event

import config
from app import create_app
from app.core.db import Base, db
from tests.support.raw import owners_engine


@contextmanager
def migrated(environ: Mapping[str, str]) -> Iterator[Flask]:
    app = create_app(config.load(environ))
    app.testing = True
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@event.listens_for(Engine, "connect")
def _spare_the_disk(connection: Any, _record: Any) -> None:
    """As on PostgreSQL, no crash of the machine needs to be survived; processes of ours keep it."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def empty_tables() -> None:
    """Remove every row; ids go on, so that a test cannot lean on 1."""
    with owners_engine().begin() as connection, closing(connection.connection.cursor()) as cursor:
        for statement in deletions(connection.dialect.name):
            cursor.execute(statement)


@functools.cache
def deletions(dialect: str) -> list[str]:
    """What empties every table; PostgreSQL takes it all in one round trip."""
    tables = reversed(Base.metadata.sorted_tables)
    statements = [f'DELETE FROM "{table.name}"' for table in tables]  # noqa: S608
    return [";".join(statements)] if dialect == "postgresql" else statements
