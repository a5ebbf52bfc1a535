"""The fold adds each event once: whoever is killed, commits late or folds beside it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from app.dashboard.models import EventRollup, RollupPosition, RunRollup
from app.dashboard.service import counting, folding
from app.dashboard.values import DAY, HOUR
from app.events.models import Event
from tests.support.processes import wait_until
from tests.support.raw import owners_engine

REFUSING = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE INSERT ON event_rollups "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE check_violation; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON event_rollups FOR EACH ROW "
        "EXECUTE FUNCTION refuse()",
    ],
}
TAKING = {
    "sqlite": ["DROP TRIGGER refuse"],
    "postgresql": ["DROP TRIGGER refuse ON event_rollups", "DROP FUNCTION refuse"],
}


@pytest.fixture
def fold_all(fold, cast):
    """Fold until all is in: writers of other databases of the server may hold it up."""

    def call(runs):
        def is_in():
            fold()
            return sum(row.runs for row in cast.rows(RunRollup) if row.unit == DAY) == runs

        wait_until(is_in, seconds=60, what=f"{runs} runs are in the roll-ups")

    return call


def run_all(app, statements):
    with app.app_context(), owners_engine().begin() as connection:
        for statement in statements[db.engine.dialect.name]:
            connection.execute(text(statement))


def test_a_fold_moves_the_counts_into_the_roll_ups(
    report, veeam_job, fold, fold_all, compare, cast
):
    fold()
    report(veeam_job, size=2**63 - 1, seconds=1.5)
    report(veeam_job, "failed", timedelta(hours=3), size=2**63 - 1)
    before, _ = compare()

    fold_all(2)

    after, counted = compare()
    assert before == after == counted
    rows = cast.rows(RunRollup)
    assert sorted(row.unit for row in rows) == [DAY, DAY, HOUR, HOUR]
    assert sum(row.milliseconds for row in rows if row.unit == DAY) == 1500


def test_a_fold_that_breaks_off_has_added_nothing(
    app, report, veeam_job, fold, fold_all, compare, cast
):
    fold()
    report(veeam_job)
    run_all(app, REFUSING)
    try:
        wait_until(lambda: breaks(fold), seconds=60, what="a fold breaks off")
        broken, counted = compare()
    finally:
        run_all(app, TAKING)
    kept = cast.rows(RunRollup)

    fold_all(1)

    assert (kept, broken == counted) == ([], True)
    assert compare()[0] == counted


def breaks(fold):
    try:
        fold()
    except Exception:
        return True
    return False


def test_several_folds_at_once_add_each_event_once(app, report, veeam_job, fold, fold_all, compare):
    fold()
    for number in range(5):
        report(veeam_job, ago=timedelta(minutes=30 * number))

    def fold_here():
        with app.app_context():
            folding.fold(clock.utcnow())

    threads = [threading.Thread(target=fold_here) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    fold_all(5)

    told, counted = compare()
    assert told == counted


def test_a_reader_that_finds_much_behind_folds_after_its_answer(
    app, report, veeam_job, fold, show, monkeypatch, cast
):
    fold()
    monkeypatch.setattr(counting, "MOST_BEHIND", 1)
    for number in range(3):
        report(veeam_job, ago=timedelta(minutes=30 * number))

    def is_in():
        assert show("overview")["runs"]["total"] == 3
        return sum(row.runs for row in cast.rows(RunRollup) if row.unit == DAY) == 3

    wait_until(is_in, seconds=60, what="a reader has folded")


def test_hours_are_removed_when_no_window_reaches_them(app, report, veeam_job, fold, cast):
    report(veeam_job, ago=timedelta(days=40))
    report(veeam_job)
    fold()

    with app.app_context():
        removed = folding.purge(clock.utcnow())

    units = [row.unit for row in cast.rows(RunRollup)]
    assert (removed, sorted(units)) == (1, [DAY, DAY, HOUR])


def test_a_database_brought_back_on_another_server_is_counted_anew(
    app, report, veeam_job, fold, compare, cast
):
    report(veeam_job)
    fold()
    with app.app_context(), unscoped() as session:
        session.execute(update(RollupPosition).values(read_xid=10**12))
        session.execute(update(Event).values(xid=10**12))
    report(veeam_job, "failed", timedelta(hours=2))

    fold()

    told, counted = compare()
    assert told == counted
    assert max(row.read_xid for row in positions(app)) < 10**12


def positions(app):
    with app.app_context(), unscoped(read_only=True):
        return list(db.session.scalars(select(RollupPosition)))


def test_no_tenant_sees_anothers_roll_ups(report, veeam_job, fold, app, cast):
    report(veeam_job)
    fold()

    with app.app_context(), as_tenant(cast.tenant("globex"), read_only=True) as session:
        seen = [*session.scalars(select(RunRollup)), *session.scalars(select(EventRollup))]

    assert seen == []
