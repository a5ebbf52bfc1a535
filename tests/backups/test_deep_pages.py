"""A page far into a list begins where its cursor says, whatever the policies add to the plan.

A condition that a policy stands before is no condition of an index, unless each operator in it is
known to keep what it compares to itself.
https://www.postgresql.org/docs/current/rules-privileges.html
"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.core.db import db
from tests.backups.test_execution_order import plan_of

LISTS = [
    "/api/v1/events?sort=-id",
    "/api/v1/events?sort=-occurred_at",
    "/api/v1/events?sort=-id&type=external.told",
    "/api/v1/audit?sort=-id",
    "/api/v1/audit?sort=-occurred_at",
    "/api/v1/backups?sort=-created_at",
    "/api/v1/backups/{job}/executions?sort=-execution_date",
]
TOLD = {"type": "external.told", "severity": "info", "title": "Told"}
# The line of a plan that says how an index is read.
READ = {"sqlite": "SEARCH", "postgresql": "Index Cond"}


@contextmanager
def lists(engine):
    """The statements that read a page, with their parameters."""
    heard = []

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        if "ORDER BY" in statement and "LIMIT" in statement:
            heard.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


@pytest.fixture
def filled(cast, admin, reporter, job):
    """Two rows for each list."""
    cast.create_job(name="Another")
    for day in (1, 2):
        sent = {"job_id": job.id, "execution_result": "success"}
        sent["execution_date"] = f"2026-01-0{day}T02:00:00Z"
        assert reporter.post("/api/backup/status", json=sent).status_code == 201
        assert admin.post("/api/v1/events", json=TOLD).status_code == 201
    return job


@pytest.mark.parametrize("path", LISTS)
def test_a_deep_page_is_read_off_an_index_from_its_place_on(app, admin, filled, path):
    address = path.format(job=filled.id) + "&page_size=1&cursor="
    place = admin.get(address).json["meta"]["next_cursor"]
    with app.app_context():
        engine = db.engine

    with lists(engine) as heard:
        assert admin.get(address + place).status_code == 200

    (statement,) = heard
    plan = plan_of(app, *statement)
    (read,) = [line for line in plan.splitlines() if READ[engine.dialect.name] in line]
    assert "<" in read, plan
