"""The application over a database that its own migrations made."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Engine, event

import config
from app import create_app
from app.core.db import db


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
