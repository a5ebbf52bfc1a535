"""What a script's report means for the time at which its run was due."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.events.models import Event

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def job(cast):
    """A script's job that is due every day at two."""
    with clock.hold(EVENING):
        return cast.create_job(
            schedule_type="daily", schedule_time="02:00", backup_tool="veeam", max_retries=2
        )


@pytest.fixture
def report(reporter, job):
    """Posts a run that began at one moment and is told of at another."""

    def post(began, told=None, result="success"):
        body = {"job_id": job.id, "execution_result": result, "execution_date": began.isoformat()}
        with clock.hold(told or began):
            response = reporter.post("/api/backup/status", body)
        assert response.status_code == 201, response.text

    return post


@pytest.fixture
def told(cast):
    return lambda: [e for e in cast.rows(Event) if e.type == "backup.missed"]


@pytest.mark.parametrize("began", [DUE, DUE + 59 * MINUTE, DUE - 2 * SECOND, DUE - 50 * MINUTE])
def test_a_run_within_the_grace_is_the_due_one(ticker, job, report, told, began):
    report(began)

    ticker.tick(DUE + 2 * HOUR)

    kept = ticker.job(job.id)
    assert (told(), kept.next_run, kept.overdue_at) == ([], DUE + DAY, DUE + DAY + HOUR)


@pytest.mark.parametrize("began", [DUE - 2 * HOUR, DUE + HOUR + MINUTE])
def test_a_run_outside_the_grace_is_another_one(ticker, job, report, told, began):
    report(began)

    ticker.tick(DUE + 2 * HOUR)

    assert [event.data["due_at"] for event in told()] == ["2026-11-22T02:00:00Z"]
    assert ticker.job(job.id).next_run == DUE + DAY


def test_two_runs_an_hour_do_not_run_ahead_of_an_hourly_schedule(ticker, cast, reporter):
    with clock.hold(EVENING):
        job = cast.create_job(schedule_type="custom", cron="0 * * * *", backup_tool="veeam")

    for minutes in (62, 90, 122, 150):
        at = EVENING + minutes * MINUTE
        body = {"job_id": job.id, "execution_result": "success", "execution_date": at.isoformat()}
        with clock.hold(at):
            reporter.post("/api/backup/status", body)

    assert ticker.job(job.id).next_run == EVENING + 3 * HOUR


def test_a_late_report_of_a_missed_run_sets_the_jobs_state(ticker, job, report, told):
    ticker.tick(DUE + HOUR)

    report(DUE + MINUTE, told=DUE + 5 * HOUR)
    ticker.tick(DUE + 6 * HOUR)

    assert ticker.statuses(job.id) == [("schedule", "missed"), ("report", "success")]
    kept = ticker.job(job.id)
    assert (kept.last_result, kept.consecutive_failures, len(told())) == ("success", 0, 1)
    assert (kept.last_run, kept.next_run) == (DUE + MINUTE, DUE + DAY)


def test_a_report_from_before_the_miss_leaves_it_standing(ticker, job, report, told):
    report(DUE)
    ticker.tick(DUE + 2 * DAY + HOUR)

    report(DUE + DAY, told=DUE + 2 * DAY + 2 * HOUR)
    ticker.tick(DUE + 2 * DAY + 3 * HOUR)

    kept = ticker.job(job.id)
    assert (kept.last_result, kept.next_run, len(told())) == ("missed", DUE + 3 * DAY, 1)
    assert (kept.last_run, kept.last_success_at) == (DUE + DAY, DUE + DAY)


def test_a_miss_is_counted_like_a_failure_until_it_recovers(ticker, job, report, cast):
    report(DUE, result="failed")
    ticker.tick(DUE + DAY + HOUR)
    assert ticker.job(job.id).consecutive_failures == 2

    report(DUE + 2 * DAY)

    assert ticker.job(job.id).consecutive_failures == 0
    assert cast.events()[-1] == "backup.recovered"


def test_what_was_missed_is_not_the_last_run_that_a_script_asks_for(ticker, job, report, reporter):
    report(DUE)
    ticker.tick(DUE + DAY + HOUR)

    answer = reporter.get(f"/api/backup/jobs/{job.id}/last-execution")

    assert "missed" not in answer.text
