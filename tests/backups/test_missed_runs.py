"""A due run that does not begin within the grace is told once, and caught up with at most once."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.events.models import Event

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
RESTIC = {"backup_tool": "restic"}
REMOTE = {"runner": "branch"}
REPORTED = {"backup_tool": "veeam"}


@pytest.fixture
def daily(cast):
    """Makes jobs that are due every day at two."""

    def make(**fields):
        with clock.hold(EVENING):
            return cast.create_job(schedule_type="daily", schedule_time="02:00", **fields)

    return make


@pytest.fixture
def keyed(cast):
    """An operator who may be late or early: a token would have ended by then."""
    return cast.key_caller("operator")


def missed(cast):
    return [event for event in cast.rows(Event) if event.type == "backup.missed"]


def test_a_run_that_nobody_reported_is_told_once(ticker, daily, cast):
    job = daily(**REPORTED)

    attended = [ticker.tick(at) for at in (DUE, DUE + HOUR - SECOND, DUE + HOUR, DUE + 2 * HOUR)]

    assert attended == [0, 0, 1, 0]
    (run,) = ticker.runs(job.id)
    assert (run.status, run.trigger, run.error_code) == ("missed", "schedule", "NOT_REPORTED")
    assert (run.execution_date, run.started_at) == (DUE, None)
    (event,) = missed(cast)
    assert (event.severity, event.subject_id, event.data["missed_runs"]) == ("high", job.id, 1)
    assert (event.data["execution_id"], event.data["due_at"]) == (run.id, "2026-11-22T02:00:00Z")
    kept = ticker.job(job.id)
    assert (kept.last_result, kept.consecutive_failures, kept.last_run) == ("missed", 1, None)
    assert (kept.next_run, kept.overdue_at) == (DUE + DAY, DUE + DAY + HOUR)


@pytest.mark.parametrize("kind", [RESTIC, REMOTE], ids=["here", "on a runner"])
def test_a_run_that_waits_too_long_is_told_once_and_still_runs_once(ticker, daily, cast, kind):
    job = daily(**kind)

    for day in range(5):
        ticker.tick(DUE + day * DAY)
        ticker.tick(DUE + day * DAY + HOUR)
    begun = DUE + 4 * DAY + 2 * HOUR
    ticker.begin(begun)
    ticker.end(begun + HOUR)
    ticker.tick(begun + 2 * HOUR)

    assert ticker.statuses(job.id) == [("schedule", "success"), ("schedule", "missed")]
    assert (len(missed(cast)), missed(cast)[0].data["error_code"]) == (1, "NOT_STARTED")
    kept = ticker.job(job.id)
    assert (kept.last_result, kept.consecutive_failures) == ("success", 0)
    assert (kept.next_run, kept.overdue_at) == (DUE + 5 * DAY, DUE + 5 * DAY + HOUR)
    assert cast.events()[-1] == "backup.recovered"


@pytest.mark.parametrize("kind", [RESTIC, REMOTE], ids=["here", "on a runner"])
def test_after_a_week_without_a_scheduler_one_miss_is_told_and_one_run_catches_up(
    ticker, daily, cast, kind
):
    job = daily(**kind)

    back = DUE + 7 * DAY + 5 * HOUR
    for n in range(3):
        ticker.do(back + n * MINUTE)

    assert sorted(ticker.statuses(job.id)) == [("schedule", "missed"), ("schedule", "success")]
    (event,) = missed(cast)
    assert (event.data["missed_runs"], event.data["due_at"]) == (8, "2026-11-22T02:00:00Z")
    assert ticker.job(job.id).next_run == DUE + 8 * DAY


def test_after_a_week_a_job_that_only_hears_reports_is_told_once_and_not_started(
    ticker, daily, cast
):
    job = daily(**REPORTED)

    for n in range(3):
        ticker.do(DUE + 7 * DAY + 5 * HOUR + n * MINUTE)

    assert ticker.statuses(job.id) == [("schedule", "missed")]
    assert missed(cast)[0].data["missed_runs"] == 8
    assert ticker.job(job.id).next_run == DUE + 8 * DAY


def test_a_scheduler_that_is_back_within_the_grace_tells_of_no_miss(ticker, daily, cast):
    job = daily()

    ticker.do(DUE + HOUR - SECOND)
    ticker.tick(DUE + 2 * HOUR)

    assert (ticker.statuses(job.id), missed(cast)) == ([("schedule", "success")], [])


def test_a_run_still_at_work_when_the_grace_is_over_is_not_missed(ticker, daily, cast):
    job = daily()

    ticker.tick(DUE)
    ticker.begin(DUE + MINUTE)
    ticker.tick(DUE + HOUR)
    ticker.end(DUE + 3 * HOUR)

    assert (ticker.statuses(job.id), missed(cast)) == ([("schedule", "success")], [])
    assert ticker.job(job.id).overdue_at == DUE + DAY + HOUR


def test_what_a_stopping_worker_gave_back_had_begun(ticker, daily, stage, cast):
    job = daily()
    ticker.tick(DUE)
    (execution_id,) = ticker.begin(DUE)
    given_back = {"status": "queued", "started_at": None, "execution_date": DUE + MINUTE}

    stage.change(type(ticker.runs(job.id)[0]), execution_id, **given_back)
    ticker.tick(DUE + HOUR)

    assert missed(cast) == []


def test_a_due_run_that_was_cancelled_before_it_began_is_missed(ticker, daily, operator, cast):
    job = daily()
    ticker.tick(DUE)

    operator.post(f"/api/v1/executions/{ticker.runs(job.id)[0].id}/cancel")
    ticker.tick(DUE + HOUR)
    ticker.tick(DUE + 2 * HOUR)

    assert ticker.statuses(job.id) == [("schedule", "cancelled"), ("schedule", "missed")]
    assert len(missed(cast)) == 1


def test_nothing_is_missed_while_a_job_is_inactive(ticker, daily, keyed, cast):
    job = daily()
    url = f"/api/v1/backups/{job.id}"
    with clock.hold(DUE - HOUR):
        keyed.put(url, {"is_active": False})

    ticker.tick(DUE + 2 * DAY)
    with clock.hold(DUE + 2 * DAY + HOUR):
        keyed.put(url, {"is_active": True})
    ticker.tick(DUE + 2 * DAY + 2 * HOUR)

    assert (ticker.runs(job.id), missed(cast)) == ([], [])
    assert ticker.job(job.id).next_run == DUE + 3 * DAY


def test_a_missed_job_is_overdue_until_a_run_ends(ticker, daily, keyed):
    job = daily()
    ticker.tick(DUE + 2 * HOUR)

    def overdue(at):
        with clock.hold(at):
            found = keyed.get("/api/v1/backups?overdue=true").json["data"]
            punctual = keyed.get("/api/v1/backups?overdue=false").json["data"]
        assert len(found) + len(punctual) == 1
        return [row["id"] for row in found]

    assert overdue(DUE + 3 * HOUR) == [job.id]
    ticker.begin(DUE + 3 * HOUR)
    ticker.end(DUE + 4 * HOUR)
    assert overdue(DUE + 4 * HOUR) == []


def test_a_missed_run_is_in_the_history(ticker, daily, viewer):
    job = daily(**REPORTED)
    ticker.tick(DUE + HOUR)

    response = viewer.get(f"/api/v1/backups/{job.id}/executions?result=missed&trigger=schedule")

    (row,) = response.json["data"]
    assert (row["status"], row["execution_date"]) == ("missed", "2026-11-22T02:00:00Z")
    assert viewer.get("/api/v1/backups?last_result=missed").json["total"] == 1
