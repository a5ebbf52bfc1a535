"""A clock that is put forward or back: nothing runs twice for one due time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.service import sweeping
from app.core import clock
from app.events.models import Event

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def job(cast):
    """A job that is due every day at two."""
    with clock.hold(EVENING):
        return cast.create_job(schedule_type="daily", schedule_time="02:00")


@pytest.fixture
def told(cast):
    return lambda: [e.subject_id for e in cast.rows(Event) if e.type == "backup.missed"]


def test_a_day_forward_makes_one_run_and_one_miss(ticker, job, told):
    ticker.do(DUE - HOUR)

    for n in range(3):
        ticker.do(DUE - HOUR + DAY + n * SECOND)

    assert sorted(ticker.statuses(job.id)) == [("schedule", "missed"), ("schedule", "success")]
    assert told() == [job.id]


def test_an_hour_back_runs_nothing_again(ticker, job, told):
    ticker.do(DUE)

    for n in range(-60, 61, 10):
        ticker.do(DUE + n * MINUTE)

    assert ticker.statuses(job.id) == [("schedule", "success")]
    assert (told(), ticker.job(job.id).next_run) == ([], DUE + DAY)


def test_a_day_forward_and_back_runs_each_due_time_once(ticker, job, told):
    ticker.do(DUE + DAY)

    for day in range(3):
        ticker.do(DUE + day * DAY)

    # Those of the first two days were done by the first run: one as missed, one as it was due.
    assert ticker.statuses(job.id) == [
        ("schedule", "missed"),
        ("schedule", "success"),
        ("schedule", "success"),
    ]
    assert (told(), ticker.job(job.id).next_run) == ([job.id], DUE + 3 * DAY)


def test_a_run_after_the_clock_was_put_back_counts_as_the_latest(ticker, job, cast):
    ticker.do(DUE + DAY)

    ticker.ask(job, DUE)
    ticker.begin(DUE)
    ticker.end(DUE + MINUTE, "failed")

    kept = ticker.job(job.id)
    assert (kept.last_result, kept.last_run, kept.consecutive_failures) == ("failed", DUE, 1)


def test_a_run_that_a_jump_made_look_lost_is_followed_by_one_at_most(app, ticker, job, cast, stage):
    stage.change(type(job), job.id, max_retries=1)
    ticker.tick(DUE)
    ticker.begin(DUE)
    jumped = DUE + DAY - HOUR

    with clock.hold(jumped), app.app_context():
        assert sweeping.fail_lost(jumped) == 1
    ticker.tick(jumped)

    assert ticker.statuses(job.id) == [("schedule", "failed"), ("retry", "queued")]
