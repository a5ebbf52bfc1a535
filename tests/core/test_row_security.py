"""The tenant, said again by PostgreSQL: a query that forgets it reads nothing of another's.

These run on PostgreSQL whatever the other tests run on.
"""

from contextlib import suppress

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

import config
from app import create_app
from app.backups.models import BackupJob
from app.core.db import Base, current_session, db
from app.core.tenancy import as_tenant, showing_every_tenant, unscoped
from tests.support import postgres
from tests.support.application import migrated
from tests.support.raw import owners_engine
from tests.support.rows import make_all_rows
from tests.support.statements import heard_by
from tests.support.watchdog import run_folder

OF_TENANTS = [table for table in Base.metadata.sorted_tables if "tenant_id" in table.c]
JOBS = BackupJob.__table__
# What a careless query says to get past the first lock, which this one stands behind.
FORGETS = {"tenant_named": True}
ROLE = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
OWNED = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"


@pytest.fixture(scope="module")
def migrated_app(environ, tmp_path_factory, worker_name):
    server = postgres.shared_server(run_folder(tmp_path_factory))
    roles = postgres.two_roles(server.create_database(f"rows_{worker_name}"))
    with migrated({**environ, **roles}) as app:
        yield app


@pytest.fixture
def acme(app, cast):
    """The tenant's id; it has rows in every table that a factory of the tests knows."""
    make_all_rows(cast, cast.caller("admin", is_platform_admin=True))
    with app.app_context():
        yield cast.tenant("acme")


@pytest.fixture
def globex(cast):
    """Another tenant, with a job."""
    cast.create_job(tenant="globex", name="Theirs")
    return cast.tenant("globex")


def test_the_applications_role_is_neither_owner_nor_superuser(app):
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text(ROLE)).scalar() is False
        assert connection.execute(text(OWNED)).scalar() == 0


def test_who_prepares_with_the_owners_role_is_told_that_no_policy_holds_it(app, environ):
    owners = {**environ, "DATABASE_URL": app.config["MIGRATION_DATABASE_URL"]}
    told = {
        name: make.test_cli_runner().invoke(args=["holdfast", "prepare"]).output
        for name, make in {"own": app, "owners": create_app(config.load(owners))}.items()
    }

    assert ("not in force" in told["own"], "not in force" in told["owners"]) == (False, True)


def test_every_table_of_tenants_is_protected(app):
    """A new table fails here until its migration runs `row_security.protect` for it."""
    with app.app_context(), db.engine.connect() as connection:
        in_force = {
            table.name: connection.execute(select(func.row_security_active(table.name))).scalar()
            for table in OF_TENANTS
        }

    assert [name for name, is_active in in_force.items() if not is_active] == []


def test_an_unscoped_query_reads_nothing_of_another_tenant(acme, globex):
    with owners_engine().connect() as connection:
        theirs = {
            table.name
            for table in OF_TENANTS
            if connection.execute(counted(table).where(table.c.tenant_id == acme)).scalar()
        }
    with as_tenant(globex, read_only=True) as session:
        read = {
            table.name: session.scalar(
                counted(table).where(table.c.tenant_id.is_distinct_from(globex)),
                execution_options=FORGETS,
            )
            for table in OF_TENANTS
        }

    assert {name for name, rows in read.items() if rows} == set()
    assert len(theirs) >= 18


def test_a_text_and_a_join_read_nothing_of_another_tenant_either(acme, globex):
    joined = select(JOBS.c.name).where(JOBS.c.id.in_(select(func.abs(JOBS.c.id))))
    with as_tenant(globex) as session:
        by_text = session.connection().exec_driver_sql("SELECT name FROM backup_jobs").all()
        by_join = session.execute(joined, execution_options=FORGETS).all()

    assert (by_text, by_join) == ([("Theirs",)], [("Theirs",)])


@pytest.mark.parametrize(
    "statement", [update(JOBS).values(name="Mine now"), delete(JOBS)], ids=["update", "delete"]
)
def test_a_write_that_forgets_its_tenant_touches_its_own_rows_only(cast, acme, globex, statement):
    before = {job.id for job in cast.rows(BackupJob) if job.tenant_id == acme}
    with as_tenant(globex) as session:
        session.execute(statement, execution_options=FORGETS)

    after = [job for job in cast.rows(BackupJob) if job.tenant_id == acme]
    assert {job.id for job in after} == before
    assert "Mine now" not in {job.name for job in after}


def test_a_row_cannot_be_made_for_another_tenant_nor_given_to_one(acme, globex):
    planted = insert(Base.metadata.tables["events"]).values(
        tenant_id=acme, type="t", severity="info", source="s", title="t", data={}, xid=0
    )
    moved = update(JOBS).values(tenant_id=acme)

    for statement in (planted, moved):
        with pytest.raises(ProgrammingError, match="row-level security"):
            with as_tenant(globex) as session:
                session.execute(statement, execution_options=FORGETS)


def test_who_has_named_no_tenant_sees_no_row(acme):
    with db.engine.connect() as connection:
        seen = {table.name: connection.execute(counted(table)).scalar() for table in OF_TENANTS}

    assert {name for name, rows in seen.items() if rows} == set()


def test_the_next_on_a_connection_is_not_shown_what_the_last_one_was(acme, globex):
    for _ in range(3):
        with as_tenant(acme) as session:
            session.scalar(counted(JOBS), execution_options=FORGETS)
        with db.engine.connect() as connection:
            assert connection.execute(counted(JOBS)).scalar() == 0
        with unscoped(read_only=True) as session:
            assert session.scalar(counted(JOBS)) >= 2
        with as_tenant(globex, read_only=True) as session:
            assert session.scalar(counted(JOBS), execution_options=FORGETS) == 1


class Stop(Exception):
    """Undoes a savepoint."""


def look_at_all_and_stop(session):
    with session.begin_nested(), showing_every_tenant():
        assert session.scalar(counted(JOBS), execution_options=FORGETS) >= 2
        raise Stop


def test_a_savepoint_that_is_undone_changes_not_who_is_seen(acme, globex):
    with as_tenant(globex) as session:
        with suppress(Stop):
            look_at_all_and_stop(session)

        assert session.scalar(counted(JOBS), execution_options=FORGETS) == 1


def test_the_tenant_is_told_with_the_first_statement_and_costs_no_round_trip(acme):
    with heard_by(db.engine) as heard:
        with as_tenant(acme):
            current_session().execute(select(BackupJob.id))
            current_session().execute(select(BackupJob.name))
        with as_tenant(acme, read_only=True):
            current_session().execute(select(BackupJob.id))

    tell = f"SET LOCAL holdfast.tenant = '{acme}'; SELECT "
    assert [statement.partition("backup_jobs")[0] for statement, _ in heard] == [
        f"BEGIN; {tell}",
        "SELECT ",
        "COMMIT",
        tell,
    ]


def counted(table):
    return select(func.count()).select_from(table)
