"""Each due time has one run on the days when clocks change, and on leap days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core import clock

MINUTE = timedelta(minutes=1)

# Zone, the local time of the job, the two nights looked at, and when it runs, in UTC.
NIGHTS = [
    # 02:00 becomes 03:00: what is skipped runs once, at the next minute that is shown.
    ("Europe/Berlin", "02:30", "2026-03-28", ["03-28 01:30", "03-29 01:00", "03-30 00:30"]),
    # 03:00 becomes 02:00: what comes twice runs at its first.
    ("Europe/Berlin", "02:30", "2026-10-24", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
    ("America/New_York", "02:30", "2026-03-07", ["03-07 07:30", "03-08 07:00", "03-09 06:30"]),
    ("America/New_York", "01:30", "2026-10-31", ["10-31 05:30", "11-01 05:30", "11-02 06:30"]),
    ("Asia/Tokyo", "02:30", "2026-03-28", ["03-27 17:30", "03-28 17:30", "03-29 17:30"]),
    # Half an hour only: 02:00 becomes 02:30, and 02:00 becomes 01:30.
    ("Australia/Lord_Howe", "02:10", "2026-10-03", ["10-02 15:40", "10-03 15:30", "10-04 15:10"]),
    ("Australia/Lord_Howe", "01:45", "2026-04-04", ["04-03 14:45", "04-04 14:45", "04-05 15:15"]),
]


@pytest.mark.parametrize(("zone", "at", "first", "expected"), NIGHTS)
def test_a_daily_job_runs_once_a_night(ticker, cast, zone, at, first, expected):
    begin = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    with clock.hold(begin):
        job = cast.create_job(schedule_type="daily", schedule_time=at, timezone=zone)

    run_until(ticker, job, begin, begin + timedelta(days=3), timedelta(hours=1))

    assert starts(ticker, job) == expected


def run_until(ticker, job, begin, end, step):
    """Tick at each due time and in between, and let each run end at once."""
    at = begin
    while at < end:
        ticker.do(at)
        at = min(at + step, ticker.job(job.id).next_run)


def starts(ticker, job):
    assert {run.status for run in ticker.runs(job.id)} == {"success"}
    return [run.started_at.strftime("%m-%d %H:%M") for run in ticker.runs(job.id)]


@pytest.mark.parametrize(
    ("night", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25)],
    ids=["an hour less", "an hour more"],
)
def test_an_hourly_job_runs_every_hour_that_passes(ticker, cast, night, hours):
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(night).replace(tzinfo=zone)
    end = (begin + timedelta(days=1)).astimezone(UTC)
    begin = begin.astimezone(UTC)
    with clock.hold(begin - MINUTE):
        job = cast.create_job(schedule_type="custom", cron="0 * * * *", timezone=zone.key)

    run_until(ticker, job, begin, end, timedelta(minutes=25))

    assert len(starts(ticker, job)) == hours


@pytest.mark.parametrize(
    ("schedule", "year", "expected"),
    [
        ({"schedule_days": "29"}, 2028, ["01-29 00:00", "02-29 00:00", "03-29 00:00"]),
        ({"schedule_days": "29"}, 2027, ["01-29 00:00", "03-29 00:00"]),
        ({"schedule_days": "last"}, 2028, ["01-31 00:00", "02-29 00:00", "03-31 00:00"]),
        ({"schedule_days": "last"}, 2027, ["01-31 00:00", "02-28 00:00", "03-31 00:00"]),
        ({"schedule_days": "30"}, 2028, ["01-30 00:00", "03-30 00:00"]),
    ],
)
def test_a_monthly_job_around_the_end_of_february(ticker, cast, schedule, year, expected):
    begin = datetime(year, 1, 10, tzinfo=UTC)
    with clock.hold(begin):
        job = cast.create_job(schedule_type="monthly", schedule_time="00:00", **schedule)

    run_until(ticker, job, begin, datetime(year, 4, 1, tzinfo=UTC), timedelta(days=1))

    assert starts(ticker, job) == expected


def test_a_job_of_the_leap_day_waits_four_years(ticker, cast):
    with clock.hold(datetime(2028, 2, 1, tzinfo=UTC)):
        job = cast.create_job(schedule_type="custom", cron="0 3 29 2 *", timezone="Asia/Tokyo")
    first = datetime(2028, 2, 28, 18, 0, tzinfo=UTC)

    ticker.do(first)

    assert starts(ticker, job) == ["02-28 18:00"]
    assert ticker.job(job.id).next_run == datetime(2032, 2, 28, 18, 0, tzinfo=UTC)
