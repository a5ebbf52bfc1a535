"""A write whose last statement fails leaves nothing behind: it was all in one commit."""

from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.core.db import db
from tests.access_table import ACCESS
from tests.support.bodies import Scene, body_for
from tests.support.operations import doors
from tests.support.raw import owners_engine
from tests.support.rows import dump, make_rows

FULL = """
CREATE FUNCTION refuse_row() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END
$$ LANGUAGE plpgsql
"""
BREAK = {
    "postgresql": [
        FULL,
        "CREATE TRIGGER no_space BEFORE INSERT ON audit_log EXECUTE FUNCTION refuse_row()",
    ],
    "sqlite": ["ALTER TABLE audit_log RENAME TO audit_log_away"],
}
MEND = {
    "postgresql": ["DROP FUNCTION refuse_row() CASCADE"],
    "sqlite": ["ALTER TABLE audit_log_away RENAME TO audit_log"],
}


def run(app, statements):
    with app.app_context(), owners_engine().begin() as connection:
        for statement in statements[db.engine.dialect.name]:
            connection.execute(text(statement))


@contextmanager
def no_room_for_the_audit_log(app):
    """The database takes no row of the audit log, which is what a write ends with."""
    run(app, BREAK)
    try:
        yield
    finally:
        run(app, MEND)


@pytest.fixture
def writes(app):
    """The doors that leave a row in the audit log."""
    return [
        door
        for door in doors(app)
        if door.operation and door.operation.is_audited and door.method != "GET"
    ]


@pytest.fixture
def attempts(writes, cast, admin, document):
    """Each of them as a call that would succeed."""
    made = []
    for door in writes:
        rows = make_rows(cast, admin, door.parameters)
        made.append((door, door.path(rows), body_for(door, Scene(cast, admin, rows), document)))
    return made


def test_a_write_that_cannot_be_audited_is_503_and_leaves_nothing(app, attempts, chief, cast):
    before = dump(cast)

    with no_room_for_the_audit_log(app):
        answers = {
            str(door): chief.call(door.method, path, json=body).status_code
            for door, path, body in attempts
        }

    assert answers == dict.fromkeys(answers, 503)
    after = dump(cast)
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}, (
        "Write in the request's own session: `unscoped()` and `as_tenant()` commit by themselves."
    )


def test_tries_every_write_that_a_person_makes(writes):
    tried = {door.name for door in writes}

    assert {line for line in ACCESS if not line.startswith("GET ")} - tried == {
        "POST /api/backup/status",
        "POST /api/backup/update-status",
        "POST /api/backup/record-execution",
        "POST /api/backup/copy-status",
        "POST /api/backup/update-copy-status",
        "POST /api/v1/runners/claim",
        "POST /api/v1/executions/{execution_id}/heartbeat",
        "POST /api/v1/executions/{execution_id}/complete",
    }
