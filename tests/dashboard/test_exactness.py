"""The counts equal a count over the raw rows at any moment, whatever the fold does meanwhile."""

import threading
from datetime import timedelta

import hypothesis
import hypothesis.strategies as st
import pytest
from sqlalchemy import update

from app.backups.models import Execution, RunCorrection
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.dashboard.models import RollupPosition
from app.dashboard.service import folding
from app.events.models import Event

REPORTS = ("status", "update-status", "record-execution")
REPORT = st.tuples(
    st.just("report"),
    st.sampled_from(REPORTS),
    st.sampled_from(("success", "failed", "warning")),
    st.sampled_from((0, 1, 30, 1500, 20_000, 60_000, -90)),
    st.sampled_from((None, 0, 7, 2**40, 2**63 - 1)),
    st.sampled_from((None, 0, 0.25, 4000)),
)
OTHERS = st.sampled_from(("fold", "cancel", "delete", "recount", "compare")).map(lambda one: (one,))
STEPS = st.lists(st.one_of(REPORT, REPORT, OTHERS), min_size=4, max_size=12)


@pytest.fixture
def doings(admin, reporter, app, cast, fold):
    """What may happen, by its name."""
    veeam, restic = cast.create_job(backup_tool="veeam"), cast.create_job()

    def report(endpoint, result, minutes_ago, size, seconds):
        names = ("status", "backup_size")
        name, size_name = (
            ("execution_result", "backup_size_bytes") if endpoint == "status" else names
        )
        begun = clock.utcnow() - timedelta(minutes=minutes_ago)
        dates = {} if minutes_ago == 1 else {"execution_date": clock.to_wire(begun)}
        if endpoint == "record-execution":
            ended = begun + timedelta(minutes=3)
            dates = {"start_time": clock.to_wire(begun), "end_time": clock.to_wire(ended)}
        body = {"job_id": veeam.id, name: result, **dates}
        body |= {} if size is None else {size_name: size}
        body |= {} if seconds is None else {"duration_seconds": seconds}
        response = reporter.post(f"/api/backup/{endpoint}", body)
        assert response.status_code == 201, response.text

    def cancel():
        queued = admin.post(f"/api/v1/backups/{restic.id}/run", {}).json["data"]["id"]
        assert admin.post(f"/api/v1/executions/{queued}/cancel").status_code == 200

    def delete():
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            event = session.query(Event).filter_by(deleted_at=None).first()
            if event is not None:
                event.deleted_at = clock.utcnow()

    def recount():
        with app.app_context(), unscoped() as session:
            session.execute(update(RollupPosition).values(read_xid=None))
        fold()

    return locals()


# The rows of one example are there in the next one, and are counted with it.
@hypothesis.settings(
    max_examples=12,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(steps=STEPS)
def test_whatever_happens_the_counts_are_those_of_the_rows(steps, doings, compare):
    for name, *details in steps:
        if name == "compare":
            told, counted = compare()
            assert told == counted
        else:
            doings[name](*details)

    told, counted = compare()

    assert told == counted


def test_two_posts_of_one_run_are_counted_as_one(doings, compare, fold, cast, show):
    doings["report"]("update-status", "success", 1, None, None)
    fold()
    doings["report"]("record-execution", "success", 90, 4096, 60)
    before = compare()
    corrections = len(cast.rows(RunCorrection))
    fold()

    told, counted = compare()

    assert (told == counted, before[0] == before[1], corrections) == (True, True, 2)
    assert len(cast.rows(Execution)) == 1
    assert cast.rows(RunCorrection) == []
    assert show("overview")["runs"]["size_bytes"] == 4096


def test_while_writers_and_folds_run_every_answer_is_exact(app, doings, compare, cast):
    """Each comparison reads the counts and the rows at one moment."""
    is_over = threading.Event()

    def write():
        for number in range(12):
            doings["report"]("status", "success", 5 + 15 * number, 2**40, 1.5)

    def keep_folding():
        while not is_over.is_set():
            with app.app_context():
                folding.fold(clock.utcnow())

    writers = [threading.Thread(target=write) for _ in range(3)]
    folders = [threading.Thread(target=keep_folding) for _ in range(2)]
    for thread in (*writers, *folders):
        thread.start()
    differing = []
    while any(thread.is_alive() for thread in writers):
        told, counted = compare()
        if told != counted:
            differing.append((told, counted))
    is_over.set()
    for thread in (*writers, *folders):
        thread.join(60)

    assert differing == []
    assert len(cast.rows(Execution)) > 0
