"""Due jobs start by themselves, once each, the most urgent first."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.backups.models import BackupJob, Execution
from app.backups.service import due
from app.core import clock
from app.core.queue import queues
from app.tenants.models import Tenant

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
MANY = 12


@pytest.fixture
def daily(cast):
    """Makes jobs that are due every day at two."""

    def make(**fields):
        with clock.hold(EVENING):
            return cast.create_job(schedule_type="daily", schedule_time="02:00", **fields)

    return make


def test_a_due_job_is_queued_and_planned_anew(ticker, daily, cast):
    job = daily(priority=8)

    assert ticker.tick(DUE) == 1

    (run,) = ticker.runs(job.id)
    assert (run.status, run.trigger, run.priority) == ("queued", "schedule", 8)
    assert (run.execution_date, run.requested_by, run.backup_type) == (
        DUE,
        "scheduler",
        "incremental",
    )
    kept = ticker.job(job.id)
    assert (kept.next_run, kept.overdue_at) == (DUE + DAY, DUE + 60 * MINUTE)
    assert (kept.version, cast.events()) == (1, [])


def test_nothing_starts_before_its_time(ticker, daily):
    job = daily()

    assert ticker.tick(DUE - SECOND) == 0
    assert ticker.runs(job.id) == []


def test_a_second_tick_starts_nothing_more(ticker, daily):
    job = daily()

    assert [ticker.tick(DUE + n * SECOND) for n in range(3)] == [1, 0, 0]
    assert len(ticker.runs(job.id)) == 1


def test_a_message_goes_to_the_queue_after_the_commit(app, ticker, daily):
    daily()
    daily(runner="elsewhere")
    with app.app_context():
        queues().runs.flush()

        ticker.tick(DUE)

        assert queues().runs.pending_count() == 1


def test_the_run_of_a_due_time_moves_what_is_overdue(ticker, daily):
    job = daily()

    ticker.do(DUE)

    kept = ticker.job(job.id)
    assert (kept.last_result, kept.last_run) == ("success", DUE)
    assert (kept.next_run, kept.overdue_at) == (DUE + DAY, DUE + DAY + 60 * MINUTE)


def test_a_runner_elsewhere_gets_its_due_runs_too(ticker, daily):
    job = daily(runner="branch", backup_tool="veeam")

    ticker.tick(DUE)

    (run,) = ticker.runs(job.id)
    assert (run.status, run.runner) == ("queued", "branch")


def test_a_job_that_only_hears_reports_is_not_started(ticker, daily):
    job = daily(backup_tool="veeam")

    assert ticker.tick(DUE) == 0
    assert (ticker.runs(job.id), ticker.job(job.id).next_run) == ([], DUE)


@pytest.mark.parametrize("change", [{"is_active": False}, {"schedule_type": "manual"}, None])
def test_what_is_inactive_manual_or_deleted_does_not_start(ticker, daily, operator, change):
    job = daily()
    url = f"/api/v1/backups/{job.id}"
    assert (operator.put(url, change) if change else operator.delete(url)).status_code == 200

    assert ticker.tick(DUE) == 0
    assert ticker.runs(job.id) == []


def test_a_suspended_tenants_jobs_wait_for_the_next_time(ticker, daily, stage, cast):
    job = daily()
    stage.change(Tenant, cast.tenant("acme"), is_suspended=True)

    ticker.tick(DUE + 3 * DAY)

    assert (ticker.runs(job.id), cast.events()) == ([], [])
    assert ticker.job(job.id).next_run == DUE + 4 * DAY


def test_the_most_urgent_are_queued_first(ticker, daily, cast):
    priorities = [3, 10, 5]
    for priority in priorities:
        daily(priority=priority)

    ticker.tick(DUE)

    assert [run.priority for run in cast.rows(Execution)] == [10, 5, 3]


def test_schedulers_at_once_start_each_job_once(app, daily, ticker, cast):
    jobs = [daily() for _ in range(MANY)]
    gate, done = threading.Barrier(4), []

    def schedule():
        with app.app_context():
            gate.wait()
            done.append(due.start_due(DUE))

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(done) == MANY
    assert sorted(run.job_id for run in cast.rows(Execution)) == [job.id for job in jobs]


def test_a_schedule_that_tells_no_time_stops_nobody_else(ticker, daily, stage, cast):
    broken, sound = daily(priority=10), daily()
    stage.change(BackupJob, broken.id, timezone="Mars/Olympus")

    ticker.do(DUE)
    ticker.do(DUE + DAY)

    assert (ticker.job(broken.id).next_run, ticker.job(sound.id).next_run) == (None, DUE + 2 * DAY)
    assert cast.events().count("backup.unschedulable") == 1
    assert len(ticker.runs(broken.id)) == 1


def test_a_job_deleted_meanwhile_is_left_alone(app, ticker, daily, operator, cast):
    job = daily()
    with app.app_context():
        seen = due._find(due.DUE, DUE)
        operator.delete(f"/api/v1/backups/{job.id}")

        assert [due.attend(DUE, row) for row in seen] == [False]

    assert cast.rows(Execution) == []
