"""A job's executions lie in their order in an index: page 100,000 costs what page 1 does."""

import pytest

from app.core.db import db
from tests.support.postgres import APPLICATION
from tests.support.raw import owners_engine
from tests.support.statements import heard_by

# What a plan says that puts rows in order by itself, and what makes one for few rows look as it
# would for many.
SORTS = {"sqlite": "TEMP B-TREE", "postgresql": "Sort"}
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
MANY_ROWS = {
    "sqlite": [],
    "postgresql": [
        *(f"SET LOCAL enable_{way} = off" for way in ("seqscan", "bitmapscan", "sort")),
        # The policies of row-level security take part in the plan.
        f"SET LOCAL ROLE {APPLICATION}",
        "SET LOCAL holdfast.tenant = '1'",
    ],
}


def plan_of(app, statement, parameters, rows=()):
    """How the database would go about it, with what the statements `rows` add for the while."""
    with app.app_context():
        engine = owners_engine()
    name = engine.dialect.name
    with engine.connect() as connection:
        for setting in (*rows, *MANY_ROWS[name]):
            connection.exec_driver_sql(setting)
        # What its transaction begins with rides in front of it.
        asked = statement.rpartition("; ")[2]
        rows = connection.exec_driver_sql(EXPLAIN[name] + asked, parameters)
        return "\n".join(str(row[-1]) for row in rows)


def copies(engine, model, changed):
    """What copies the row there is, for `plan_of`: in an empty table every way costs the same."""
    if engine.dialect.name != "postgresql":
        return ()
    table = model.__tablename__
    columns = [column.name for column in model.__table__.columns if column.name != "id"]
    copied = ", ".join(changed.get(name, name) for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT {copied} FROM {table}, generate_series(1, 5000) AS number",
        f"ANALYZE {table}",
    )


def test_a_page_and_its_count_are_read_off_one_index(app, viewer, job):
    with app.app_context():
        engine = db.engine

    with heard_by(engine, "FROM executions", "ORDER BY") as heard:
        assert viewer.get(f"/api/v1/backups/{job.id}/executions").json["total"] == 0

    plans = [plan_of(app, *statement) for statement in heard]
    assert len(plans) == 2
    assert [plan for plan in plans if SORTS[engine.dialect.name] in plan] == []
    assert [plan for plan in plans if "ix_executions_job_" not in plan] == []


@pytest.mark.parametrize("query", ["", "kind=backup", "kind=restore", "kind=all"])
def test_no_list_by_cursor_is_sorted(app, viewer, job, query):
    with app.app_context():
        engine = db.engine

    with heard_by(engine, "FROM executions", "ORDER BY") as heard:
        assert viewer.get(f"/api/v1/backups/{job.id}/executions?cursor=&{query}").status_code == 200

    (statement,) = heard
    plan = plan_of(app, *statement)
    assert "ix_executions_job" in plan
    assert SORTS[engine.dialect.name] not in plan
