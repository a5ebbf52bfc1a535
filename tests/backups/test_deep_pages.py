"""A page far into a list begins where its cursor says, whatever the policies add to the plan.

A condition that a policy stands before is no condition of an index, unless each operator in it is
known to keep what it compares to itself.
https://www.postgresql.org/docs/current/rules-privileges.html
"""

import pytest

from app.core.db import db
from tests.backups.test_execution_order import plan_of
from tests.support.statements import heard_by

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

    with heard_by(engine, "ORDER BY", "LIMIT") as heard:
        assert admin.get(address + place).status_code == 200

    (statement,) = heard
    plan = plan_of(app, *statement)
    (read,) = [line for line in plan.splitlines() if READ[engine.dialect.name] in line]
    assert "<" in read, plan
