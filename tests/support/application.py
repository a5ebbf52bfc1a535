"""The application over a database that its own migrations made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import flask_migrate
from flask import Flask

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
