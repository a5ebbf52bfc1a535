"""The newest migrations over a database that is in use: no row and no value is lost, up or down."""

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app.core.extensions import MIGRATIONS
from tests.support.raw import owners_engine
from tests.support.schema_rows import ROWS, common, contents, fill

# A release may come with several; whichever are the newest when this runs.
NEWEST = 3
# The tables that a migration changes the values of on purpose, by its revision.
CHANGED = {
    # The notifications begin to follow the log where it ends.
    "4b0b5e0a36": {"event_followers"},
}


def newest_steps():
    """The newest revisions after the one before each, from the chain of files itself."""
    chain = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    return [(one.down_revision, one.revision) for one in chain[:NEWEST]]


@pytest.mark.parametrize(("before", "after"), newest_steps())
def test_an_upgrade_and_its_downgrade_keep_every_row_and_value(fresh, before, after):
    flask_migrate.upgrade(revision=before)
    with owners_engine().begin() as connection:
        filled = fill(connection)

    flask_migrate.upgrade(revision=after)
    upgraded, astray = look(), rows_astray()
    flask_migrate.downgrade(revision=before)
    downgraded = look()

    expected = {name: rows for name, rows in filled.items() if name not in CHANGED.get(after, ())}
    assert {len(rows) for rows in filled.values()} == {ROWS}
    assert expected.keys() <= upgraded.keys()
    assert common(upgraded, expected) == common(expected, upgraded)
    assert common(downgraded, expected, upgraded) == common(expected, upgraded)
    assert astray == []


def test_the_newest_revision_is_among_those_that_are_tried(fresh):
    flask_migrate.upgrade()
    with owners_engine().connect() as connection:
        head = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))

    assert head == newest_steps()[0][1]


def look():
    with owners_engine().connect() as connection:
        return contents(connection)


def rows_astray():
    """Rows that point at nothing: PostgreSQL takes none, SQLite does while it is migrated."""
    with owners_engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            return []
        return connection.exec_driver_sql("PRAGMA foreign_key_check").all()
