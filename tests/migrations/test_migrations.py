"""The migrations: up, all the way down, up again, and never behind the models."""

import flask_migrate
from sqlalchemy import inspect

from app.backups.models import Execution, ExecutionLog
from app.backups.service import jobs
from app.core import clock
from app.core.db import Base, db
from app.core.identity import Actor
from app.core.tenancy import as_tenant, unscoped
from app.tenants import service as tenants
from app.users import service as users
from app.users.models import User

FIRST = "246c79a8c28d"
BEFORE_SEARCH = "4b075e0a32"


def test_up_makes_every_table_and_down_leaves_none(fresh):
    flask_migrate.upgrade()
    up = set(inspect(db.engine).get_table_names())
    flask_migrate.downgrade(revision="base")
    down = set(inspect(db.engine).get_table_names())

    assert up == {*Base.metadata.tables, "alembic_version"}
    assert down == {"alembic_version"}


def test_up_again_after_down_gives_the_same_schema(fresh):
    flask_migrate.upgrade()
    first = schema()

    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()

    assert schema() == first


def test_no_model_is_ahead_of_the_migrations(fresh):
    flask_migrate.upgrade()

    assert fresh.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


def test_a_migrated_table_has_the_indexes_and_constraints_of_its_model(fresh):
    flask_migrate.upgrade()

    assert names_of_indexes() == {
        index.name for table in Base.metadata.tables.values() for index in table.indexes
    }


def test_a_table_made_anew_keeps_the_rows_that_point_at_it(fresh):
    flask_migrate.upgrade()
    execution_id = keep_a_log()

    flask_migrate.downgrade(revision=FIRST)
    flask_migrate.upgrade()

    with as_tenant(1, read_only=True) as session:
        assert session.get_one(ExecutionLog, execution_id).head == "kept"


def test_people_of_before_are_found_by_what_they_are_called(fresh):
    flask_migrate.upgrade()
    with unscoped():
        users.create_user("änne", "a password of hers", full_name="ÄNNE Öz", email="A@Example.org")

    flask_migrate.downgrade(revision=BEFORE_SEARCH)
    flask_migrate.upgrade()

    with unscoped(read_only=True) as session:
        assert session.query(User).one().search_text == "änne\na@example.org\nänne öz"


def keep_a_log():
    """An execution with a log, whose row goes when its execution's does."""
    moment = clock.utcnow()
    with unscoped():
        tenant_id = tenants.create_tenant("acme", "Acme").id
    with as_tenant(tenant_id) as session:
        kinds = {"backup_type": "full", "schedule_type": "manual", "backup_tool": "veeam"}
        fields = {"name": "Finance", "source_path": "C:", **kinds}
        job = jobs.create_job(fields, Actor(tenant_id, "system", "test"), moment)
        execution = Execution(
            job_id=job.id, status="success", trigger="report", execution_date=moment
        )
        session.add(execution)
        session.flush()
        session.add(ExecutionLog(execution_id=execution.id, head="kept"))
        return execution.id


def names_of_indexes():
    inspector = inspect(db.engine)
    return {
        index["name"]
        for table in Base.metadata.tables
        for index in inspector.get_indexes(table)
        if "duplicates_constraint" not in index and not index["name"].startswith("sqlite_")
    }


def schema():
    inspector = inspect(db.engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in columns],
            sorted(index["name"] for index in inspector.get_indexes(table)),
            sorted(key["name"] for key in inspector.get_foreign_keys(table)),
            sorted(key["name"] for key in inspector.get_unique_constraints(table)),
        )
        for table in inspector.get_table_names()
        for columns in [inspector.get_columns(table)]
    }
