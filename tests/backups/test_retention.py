"""Old executions are forgotten, each tenant's after its own time, but for what is still needed."""

from datetime import timedelta

import pytest

from app.backups.models import Execution, ExecutionLog
from app.backups.rules.retention import Kept, is_over
from app.backups.service import retention
from app.core import clock
from app.core.tenancy import as_tenant
from app.verification.models import Verification

NOW = clock.utcnow()
DAY = timedelta(days=1)


@pytest.fixture
def keep(cast, job):
    """An execution of some days ago; gives its id."""

    def call(days_ago, tenant="acme", **fields):
        at = NOW - days_ago * DAY
        given = {"kind": "backup", "status": "success", "trigger": "manual", "job_id": job.id}
        times = {"execution_date": at, "created_at": at, "finished_at": at}
        with cast.app.app_context(), as_tenant(cast.tenant(tenant)) as session:
            run = Execution(**{**given, **times, **fields})
            session.add(run)
            session.flush()
            return run.id

    return call


@pytest.fixture
def forget(app, cast):
    """Let the scheduler walk over all executions once; gives the ids that are left."""

    def call():
        with app.app_context():
            retention.Walk().go_on(NOW)
        return [run.id for run in cast.rows(Execution)]

    return call


@pytest.mark.parametrize(
    ("run", "over"),
    [
        (Kept(NOW - 99 * DAY, NOW - 99 * DAY, None, 30), False),
        (Kept(NOW - 101 * DAY, NOW - 101 * DAY, None, 30), True),
        (Kept(NOW - 1 * DAY, NOW - 101 * DAY, None, 30), False),
        (Kept(NOW - 101 * DAY, NOW - 101 * DAY, "4f1c2d3e", 30), True),
        (Kept(NOW - 101 * DAY, NOW - 101 * DAY, "4f1c2d3e", 365), False),
        (Kept(NOW - 101 * DAY, NOW - 101 * DAY, None, 365), True),
    ],
)
def test_what_is_over_was_and_was_heard_of_long_ago_and_left_no_snapshot(run, over):
    assert is_over(run, 100, NOW) is over


def test_what_is_older_goes_with_its_log_and_the_rest_stays(keep, forget, cast):
    old, young, newest = keep(731), keep(729), keep(1)
    for run in (old, young):
        with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
            session.add(ExecutionLog(execution_id=run, head="said"))

    left = forget()

    assert left == [young, newest]
    with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
        assert [log.execution_id for log in session.query(ExecutionLog)] == [young]


def test_each_tenant_has_its_own_time(admin, keep, forget, cast):
    admin.put("/api/v1/tenants/current", {"execution_retention_days": 31})
    theirs = cast.create_job(tenant="globex")
    own = [keep(40), keep(30)]
    others = [keep(days, "globex", job_id=theirs.id) for days in (40, 30)]

    assert forget() == [own[1], *others]


def test_the_newest_of_each_kind_type_and_result_of_a_job_stays(keep, forget):
    full = keep(900, backup_type="full")
    keep(890, backup_type="incremental")
    success = keep(880, backup_type="incremental")
    keep(870, status="failed")
    failed = keep(860, status="failed")
    restore = keep(850, kind="restore")

    assert forget() == [full, success, failed, restore]


@pytest.mark.parametrize("status", ["queued", "running"])
def test_what_has_not_ended_stays_however_old(keep, forget, status):
    kept = keep(900, kind="restore", status=status)
    keep(900, kind="restore", status="success")
    newest = keep(800, kind="restore", status="success")

    assert forget() == [kept, newest]


def test_what_was_verified_stays(keep, forget, cast, job):
    keep(900)
    verified, newest = keep(900), keep(1)
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        given = {"test_type": "restore", "status": "completed", "execution_id": verified}
        session.add(Verification(job_id=job.id, **given))

    assert forget() == [verified, newest]


def test_a_run_goes_only_after_its_retry(keep, forget):
    first = keep(900)
    keep(900, retry_of=first)
    newest = keep(1)

    assert [forget(), forget()] == [[first, newest], [newest]]


def test_a_run_that_a_script_reported_goes_once_its_post_is_forgotten(
    keep, forget, cast, reporter, job
):
    reporter.post("/api/backup/status", {"job_id": job.id, "execution_result": "success"})
    reported = cast.rows(Execution)[0].id
    then = NOW - 900 * DAY
    with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        run = session.get_one(Execution, reported)
        run.created_at = run.execution_date = run.finished_at = then
    newest = keep(1)

    assert forget() == [reported, newest]


def test_a_walk_goes_on_where_it_stopped_and_begins_anew_at_its_end(app, cast, keep):
    old = [keep(900) for _ in range(5)]
    newest = keep(1)
    # Without a budget each step is one batch.
    walk, left = retention.Walk(batch=2, budget_seconds=-1.0), []

    for _ in range(4):
        with app.app_context():
            walk.go_on(NOW)
        left.append([run.id for run in cast.rows(Execution)])

    assert left == [[*old[2:], newest], [old[4], newest], [newest], [newest]]
