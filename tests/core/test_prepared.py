"""Statements that are built once, and writes that leave together at a transaction's end."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from app.backups.models import BackupJob
from app.core.db import current_session, db
from app.core.prepared import Prepared
from app.core.tenancy import as_tenant, unscoped
from app.events.models import Event
from tests.support.statements import heard_by

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVENTS = Event.__table__
JOBS = BackupJob.__table__
RECORD = Prepared(insert(EVENTS), EVENTS)
RENAME = Prepared(update(JOBS).where(JOBS.c.id == bindparam("job_id")), JOBS)
FIND = Prepared(
    select(JOBS.c.name, JOBS.c.updated_at).where(JOBS.c.id == bindparam("job_id")), JOBS
)


class Stop(Exception):
    """Ends a transaction."""


def stop():
    raise Stop


@pytest.fixture
def acme(app, cast):
    with app.app_context():
        yield cast.tenant("acme")


def fact(title="told", **changes):
    return {"type": "t", "severity": "info", "source": "s", "title": title, "occurred_at": NOW} | (
        changes
    )


def titles(cast):
    return [row.title for row in cast.rows(Event)]


def test_values_come_back_as_the_models_types(acme, job):
    with as_tenant(acme, read_only=True):
        [(name, updated_at)] = FIND.run(acme, job_id=job.id)

    assert (name, updated_at.tzinfo) == (job.name, UTC)


def test_defaults_of_the_model_hold(acme, cast, job):
    with as_tenant(acme):
        RECORD.later(acme, **fact())
        RENAME.later(acme, job_id=job.id, name="Renamed")

    assert cast.rows(Event)[0].data == {}
    assert cast.rows(BackupJob)[0].updated_at > job.updated_at


def test_a_default_that_is_the_same_for_every_row_is_kept_as_it_is_written(acme):
    odd = "It's 100 % :odd, $1 and %s"
    columns = Column("tenant_id", Integer), Column("name", String)
    things = Table("things", MetaData(), *columns, Column("note", String, default=odd))
    with as_tenant(acme) as session:
        session.held().exec_driver_sql(
            "CREATE TEMPORARY TABLE things (tenant_id bigint, name text, note text)"
        )
        Prepared(insert(things), things).run(acme, name="One")
        rows = Prepared(select(things.c.name, things.c.note), things).run(acme)

    assert rows == [("One", odd)]


def test_another_tenants_row_is_neither_read_nor_changed(acme, cast, job):
    globex = cast.tenant("globex")
    with as_tenant(globex):
        found = FIND.run(globex, job_id=job.id)
        RENAME.later(globex, job_id=job.id, name="Stolen")

    assert (found, cast.rows(BackupJob)[0].name) == ([], job.name)


def test_what_waits_is_seen_by_the_next_statement(acme, job):
    with as_tenant(acme) as session:
        RENAME.later(acme, job_id=job.id, name="Renamed")
        by_model = session.scalar(select(BackupJob.name).where(BackupJob.id == job.id))
        RENAME.later(acme, job_id=job.id, name="Again")
        [(by_table, _)] = FIND.run(acme, job_id=job.id)

    assert (by_model, by_table) == ("Renamed", "Again")


def test_several_writes_of_one_table_keep_their_order(acme, cast):
    with as_tenant(acme):
        for number in range(3):
            RECORD.later(acme, **fact(str(number)))

    assert titles(cast) == ["0", "1", "2"]


def test_a_failure_takes_what_waited_with_it(acme, cast):
    with suppress(Stop), as_tenant(acme):
        RECORD.later(acme, **fact())
        stop()

    assert titles(cast) == []


def test_a_savepoint_that_is_undone_leaves_what_waited_before_it(acme, cast, job):
    with as_tenant(acme) as session:
        RECORD.later(acme, **fact("before"))
        with suppress(Stop), session.begin_nested():
            RECORD.later(acme, **fact("inside"))
            session.scalar(select(BackupJob.name).where(BackupJob.id == job.id))
            RECORD.later(acme, **fact("inside too"))
            stop()
        RECORD.later(acme, **fact("after"))

    assert titles(cast) == ["before", "after"]


def test_a_write_that_a_savepoint_refuses_leaves_the_transaction_whole(acme, cast):
    def write(session):
        with session.begin_nested():
            RECORD.later(acme, **fact(None))

    with as_tenant(acme) as session:
        RECORD.later(acme, **fact("before"))
        with suppress(IntegrityError):
            write(session)
        RECORD.later(acme, **fact("after"))

    assert titles(cast) == ["before", "after"]


def test_one_refused_write_leaves_none_of_those_that_left_with_it(acme, cast, job):
    def write():
        with as_tenant(acme):
            RENAME.later(acme, job_id=job.id, name="Renamed")
            RECORD.later(acme, **fact(None))

    with pytest.raises(IntegrityError):
        write()

    assert (cast.rows(BackupJob)[0].name, titles(cast)) == (job.name, [])


def test_the_connection_of_a_failed_transaction_is_good_for_the_next(acme, cast):
    for _ in range(3):
        with pytest.raises(IntegrityError), as_tenant(acme):
            RECORD.run(acme, **fact(None))
    with as_tenant(acme):
        RECORD.later(acme, **fact())

    assert titles(cast) == ["told"]


def test_models_and_tables_share_one_transaction(acme, cast, job):
    with suppress(Stop), as_tenant(acme) as session:
        session.get_one(BackupJob, job.id).name = "Renamed"
        session.flush()
        RECORD.run(acme, **fact())
        stop()

    assert (cast.rows(BackupJob)[0].name, titles(cast)) == (job.name, [])


def test_nothing_stays_open_after_a_transaction(acme, job):
    with unscoped():
        current_session().execute(select(BackupJob.id))
    with unscoped(), db.engine.connect() as other:
        busy = db.engine.pool.checkedout()
        if db.engine.dialect.name == "postgresql":
            # Other databases of this server are those of tests that run beside this one.
            open_ones = (
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE state LIKE 'idle in%' AND datname = current_database()"
            )
            assert other.execute(text(open_ones)).scalar() == 0

    assert busy == 1


def test_reports_writes_leave_in_one_statement_on_postgresql(acme, job):
    with heard_by(db.engine) as heard, as_tenant(acme) as session:
        RENAME.later(acme, job_id=job.id, name="Renamed")
        RECORD.later(acme, **fact())
        waiting = len(session.waiting)

    # BEGIN, the writes and COMMIT pass the driver as one text, so no statement goes beside it.
    is_postgresql = db.engine.dialect.name == "postgresql"
    sent = [statement for statement, _ in heard]
    assert (waiting, sent) == (2, [] if is_postgresql else ["BEGIN IMMEDIATE"])
