"""The first count: over what was there before the roll-ups, beside writers that go on."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.backups.models import Execution
from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from app.dashboard.models import RollupPosition
from app.events.models import Event
from tests.support.rows import keep_run


@pytest.fixture
def forget_counted(app):
    """Leave in the events what those of an older version say."""

    def call():
        with app.app_context(), unscoped() as session:
            for event in session.scalars(select(Event)):
                old = {"execution_id": event.data.get("execution_id"), "notify": True}
                session.execute(update(Event).where(Event.id == event.id).values(data=old))

    return call


def test_runs_of_before_any_event_told_of_them_are_counted(cast, veeam_job, fold, compare, app):
    keep_run(cast, veeam_job.id, backup_size_bytes=4096, duration_seconds=2.5)

    fold()

    told, counted = compare()
    assert told == counted
    assert sum(runs for runs, *_ in told[0][0].values()) == 1


def test_events_of_an_older_version_are_completed_by_their_executions(
    report, veeam_job, forget_counted, compare, fold
):
    fold()
    report(veeam_job, size=4096, seconds=2.5)
    report(veeam_job, "failed", timedelta(hours=30))
    forget_counted()
    unfolded = compare()
    fold()

    folded = compare()

    assert unfolded[0] == unfolded[1] == folded[0] == folded[1]


def test_an_event_whose_execution_is_gone_tells_of_no_run(
    app, report, veeam_job, forget_counted, fold, show
):
    fold()
    report(veeam_job)
    forget_counted()
    with app.app_context(), unscoped() as session:
        session.execute(update(Event).values(data={"execution_id": 10**9}))

    before = show("overview")["runs"]["total"]
    fold()

    assert (before, show("overview")["runs"]["total"]) == (0, 0)


def test_a_run_that_ends_while_all_is_counted_is_counted_once(
    app, cast, report, veeam_job, fold, compare
):
    """It ends after a transaction began that is still under way: its event is not settled."""
    report(veeam_job)
    is_written, may_commit = threading.Event(), threading.Event()
    is_alone = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")

    def write():
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            session.execute(update(Execution).values(priority=7))
            is_written.set()
            may_commit.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_written.wait(30)
    if is_alone:
        # SQLite lets one writer in at a time: the count waits for it.
        may_commit.set()
        writer.join(30)
    report(veeam_job, "failed", timedelta(hours=2))
    fold()
    may_commit.set()
    writer.join(30)
    report(veeam_job, "warning", timedelta(hours=4))
    first = compare()
    fold()

    second = compare()

    assert first[0] == first[1]
    assert second[0] == second[1] == first[1]
    with app.app_context(), unscoped(read_only=True):
        assert db.session.scalar(select(RollupPosition.read_id)) is not None
