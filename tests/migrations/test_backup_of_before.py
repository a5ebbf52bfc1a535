"""A backup of the version before, with a row in every table, is taken and upgraded."""

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import current_app

import config
from app import create_app
from app.auth import cache
from app.core.db import db
from app.core.portable import reading, sides, writing
from app.core.portable.tables import read_tables
from tests.support import postgres
from tests.support.cast import Cast
from tests.support.filling import fill
from tests.support.watchdog import run_folder


@pytest.fixture(scope="module")
def make_app(environ, request, tmp_path_factory, worker_name):
    """The application over a database that nobody has migrated yet."""
    made = []

    def make():
        name = f"upgraded_{worker_name}_{len(made)}"
        url = f"sqlite:///{tmp_path_factory.mktemp(name)}/holdfast.db"
        if request.config.getoption("--database") == "postgresql":
            url = postgres.shared_server(run_folder(tmp_path_factory)).create_database(name)
        own = {"MIGRATION_DATABASE_URL": "", **postgres.two_roles(url)}
        made.append(create_app(config.load({**environ, **own})))
        return made[-1]

    yield make
    cache.forget_all()
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def before(make_app, instance):
    """A database of the version before this one, with a row in every table; and what it holds."""
    app = make_app()
    with app.app_context():
        flask_migrate.upgrade()
    cast = Cast(app, instance)
    fill(cast, cast.caller("admin"))
    with app.app_context():
        flask_migrate.downgrade(revision=revision_before())
        return app, rows()


@pytest.fixture(scope="module")
def backup(before, tmp_path_factory):
    """What the version before would have backed up."""
    folder = tmp_path_factory.mktemp("written")
    with before[0].app_context():
        return folder, writing.write_all(folder)


def test_there_is_a_row_in_every_table(before):
    _, old = before

    assert len(old) > 40
    assert {name for name, (_, found) in old.items() if not found} == set()


def test_a_backup_of_the_version_before_is_taken_and_upgraded(before, backup, make_app):
    _, old = before
    folder, manifest = backup

    with make_app().app_context():
        flask_migrate.upgrade(revision=manifest.revision)
        reading.read_all(folder, manifest, lambda: None)
        flask_migrate.upgrade()
        new = rows(old)

    assert new == old


def revision_before():
    configuration = current_app.extensions["migrate"].migrate.get_config()
    scripts = ScriptDirectory.from_config(configuration)
    return scripts.get_revision(scripts.get_current_head()).down_revision


def rows(like=None):
    """Each table's columns, all of them or those of other rows, and its rows in them."""
    with sides.reading() as (connection, _):
        names = {name: columns for name, (columns, _) in (like or {}).items()}
        names = names or {table.name: list(table.columns) for table in read_tables(connection)}
        return {
            name: (columns, sorted(map(shown, connection.exec_driver_sql(asked(name, columns)))))
            for name, columns in names.items()
        }


def asked(name, columns):
    listed = ", ".join(f'"{column}"' for column in columns)
    return f'SELECT {listed} FROM "{name}"'  # noqa: S608


def shown(row):
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
