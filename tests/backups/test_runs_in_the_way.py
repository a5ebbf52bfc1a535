"""A job that is due while a run of it is open, or just after one."""

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
    """A job that is due every day at two, with a grace of an hour."""
    with clock.hold(EVENING):
        return cast.create_job(schedule_type="daily", schedule_time="02:00")


@pytest.fixture
def ask(ticker, job):
    return lambda at: ticker.ask(job, at)


def codes(cast):
    return [event.data["error_code"] for event in cast.rows(Event) if event.type == "backup.missed"]


def test_a_run_in_progress_that_began_within_the_grace_is_the_due_one(ticker, job, ask, cast):
    ask(DUE - HOUR)
    ticker.begin(DUE - HOUR)

    ticker.tick(DUE)
    ticker.end(DUE + 30 * MINUTE)
    ticker.tick(DUE + 2 * HOUR)

    assert ticker.statuses(job.id) == [("manual", "success")]
    assert (codes(cast), ticker.job(job.id).next_run) == ([], DUE + DAY)


def test_a_queued_run_will_be_the_due_one(ticker, job, ask, cast):
    ask(DUE - MINUTE)

    ticker.tick(DUE)
    ticker.begin(DUE + MINUTE)
    ticker.end(DUE + 2 * MINUTE)
    ticker.tick(DUE + 2 * HOUR)

    assert ticker.statuses(job.id) == [("manual", "success")]
    assert (codes(cast), ticker.job(job.id).next_run) == ([], DUE + DAY)


def test_a_run_that_ended_before_the_due_time_takes_nothing_from_it(ticker, job, ask):
    ask(DUE - 10 * MINUTE)
    ticker.begin(DUE - 10 * MINUTE)
    ticker.end(DUE - SECOND)

    ticker.do(DUE)

    assert ticker.statuses(job.id) == [("manual", "success"), ("schedule", "success")]


def test_a_long_run_that_ends_within_the_grace_is_followed_by_the_due_one(ticker, job, ask, cast):
    ask(DUE - 5 * HOUR)
    ticker.begin(DUE - 5 * HOUR)

    assert ticker.tick(DUE) == 0
    ticker.end(DUE + 30 * MINUTE)
    ticker.do(DUE + 30 * MINUTE)
    ticker.tick(DUE + 2 * HOUR)

    assert ticker.statuses(job.id) == [("manual", "success"), ("schedule", "success")]
    assert codes(cast) == []


def test_a_run_that_lasts_for_days_is_told_of_once_and_followed_by_one(ticker, job, ask, cast):
    ask(DUE - 5 * HOUR)
    ticker.begin(DUE - 5 * HOUR)

    for day in range(3):
        ticker.tick(DUE + day * DAY)
        ticker.tick(DUE + day * DAY + HOUR)
    ended = DUE + 2 * DAY + 5 * HOUR
    ticker.end(ended)
    for n in range(3):
        ticker.do(ended + n * SECOND)
    ticker.tick(ended + 2 * HOUR)

    assert codes(cast) == ["STILL_RUNNING"]
    assert ticker.statuses(job.id) == [
        ("manual", "success"),
        ("schedule", "missed"),
        ("schedule", "success"),
    ]
    assert ticker.job(job.id).next_run == DUE + 3 * DAY


def test_a_run_asked_for_after_a_miss_leaves_it_told(ticker, job, ask, cast):
    ask(DUE + 3 * HOUR)
    ticker.begin(DUE + 3 * HOUR)
    ticker.end(DUE + 4 * HOUR)

    for n in range(3):
        ticker.do(DUE + 5 * HOUR + n * SECOND)

    assert codes(cast) == ["NOT_STARTED"]
    kept = ticker.job(job.id)
    assert (kept.last_result, kept.consecutive_failures) == ("success", 0)
