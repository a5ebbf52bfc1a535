"""What is refused in a schedule, and when a schedule runs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.backups.rules.schedule import Schedule, next_run, normalise, problems

BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
NEW_YORK = "America/New_York"
TOKYO = "Asia/Tokyo"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(at: str, zone: str) -> Schedule:
    return Schedule("daily", at, timezone=zone)


def cron(expression: str, zone: str) -> Schedule:
    return Schedule("custom", cron=expression, timezone=zone)


def runs(schedule: Schedule, after: str, count: int) -> str:
    """The next runs as local times with their offset."""
    at, found = utc(after), []
    for _ in range(count):
        at = next_run(schedule, at)
        found.append(at.astimezone(ZoneInfo(schedule.timezone)).strftime("%m-%d %H:%M%z"))
    return " ".join(found)


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule("manual"),
        Schedule("daily", "00:00"),
        Schedule("weekly", "23:59", "Mon, thu"),
        Schedule("monthly"),
        Schedule("monthly", "04:00", "1,15,last", timezone=TOKYO),
        Schedule("custom", cron="*/15 8-18 * * mon-fri"),
        Schedule("custom", cron="0 0 29 2 *"),
    ],
)
def test_a_sound_schedule_has_no_problems(schedule):
    assert problems(schedule) == {}


@pytest.mark.parametrize(
    ("schedule", "fields"),
    [
        (Schedule("hourly"), {"schedule_type"}),
        (
            Schedule("manual", "01:00", "mon", "* * * * *"),
            {"schedule_time", "schedule_days", "cron"},
        ),
        (Schedule("daily"), {"schedule_time"}),
        (Schedule("daily", "24:00"), {"schedule_time"}),
        (Schedule("daily", "1:00"), {"schedule_time"}),
        (Schedule("daily", "01:00\n"), {"schedule_time"}),
        (Schedule("daily", "01:00", "mon"), {"schedule_days"}),
        (Schedule("weekly"), {"schedule_time", "schedule_days"}),
        (Schedule("weekly", "01:00", "1,15"), {"schedule_days"}),
        (Schedule("weekly", "01:00", "mon,"), {"schedule_days"}),
        (Schedule("monthly", "01:00", "mon"), {"schedule_days"}),
        (Schedule("monthly", "01:00", "0"), {"schedule_days"}),
        (Schedule("monthly", "01:00", "32"), {"schedule_days"}),
        (Schedule("monthly", "01:00", cron="0 1 * * *"), {"cron"}),
        (Schedule("custom"), {"cron"}),
        (Schedule("custom", "01:00", cron="0 1 * * *"), {"schedule_time"}),
        (Schedule("custom", cron="0 1 * *"), {"cron"}),
        (Schedule("custom", cron="0 0 1 * * *"), {"cron"}),
        (Schedule("custom", cron="60 1 * * *"), {"cron"}),
        (Schedule("custom", cron="30 2 31 2 *"), {"cron"}),
        (Schedule("custom", cron="0 0 * 2 mon#5"), {"cron"}),
        (Schedule("custom", cron="0 1 * * " + "1," * 3000 + "1"), {"cron"}),
        (Schedule("daily", "01:00", timezone="Europe/Atlantis"), {"timezone"}),
        (Schedule("manual", timezone="/etc/localtime"), {"timezone"}),
        (Schedule("daily", timezone=""), {"schedule_time", "timezone"}),
    ],
)
def test_a_contradiction_is_told_on_its_field(schedule, fields):
    assert set(problems(schedule)) == fields


@pytest.mark.parametrize(
    ("given_days", "days"),
    [("thu,mon,thu", "mon,thu"), (" SUN ,tue", "tue,sun"), ("last,15,01,1", "1,15,last")],
)
def test_days_are_kept_in_calendar_order(given_days, days):
    assert normalise(given_days) == days


@pytest.mark.parametrize("days", ["", "mon,1", "mon,last", "noday", "1,,2", "-1", "٣"])
def test_unknown_and_mixed_days_are_refused(days):
    with pytest.raises(ValueError, match="day"):
        normalise(days)


def test_a_manual_schedule_never_runs():
    assert next_run(Schedule("manual"), utc("2025-01-01T00:00")) is None


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        next_run(Schedule("daily", "01:00"), datetime(2025, 1, 1))


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (daily("02:30", TOKYO), "2025-01-01T17:30", "01-03 02:30+0900 01-04 02:30+0900"),
        (
            Schedule("weekly", "06:00", "thu,mon"),
            "2025-01-01T00:00",
            "01-02 06:00+0000 01-06 06:00+0000",
        ),
        (Schedule("monthly"), "2025-01-01T00:00", "02-01 00:00+0000 03-01 00:00+0000"),
        (
            Schedule("monthly", "01:00", "30,last"),
            "2024-01-30T01:00",
            "01-31 01:00+0000 02-29 01:00+0000 03-30 01:00+0000 03-31 01:00+0000",
        ),
        (cron("0 0 29 2 *", "UTC"), "2024-02-29T00:00", "02-29 00:00+0000"),
        # Clocks go forward: 02:00 to 03:00 does not exist; Lord Howe skips 02:00 to 02:30.
        (daily("02:30", BERLIN), "2025-03-29T12:00", "03-30 03:00+0200 03-31 02:30+0200"),
        (daily("02:30", NEW_YORK), "2025-03-08T12:00", "03-09 03:00-0400 03-10 02:30-0400"),
        (daily("02:15", LORD_HOWE), "2025-10-04T12:00", "10-05 02:30+1100 10-06 02:15+1100"),
        (cron("*/20 2 * * *", BERLIN), "2025-03-29T12:00", "03-30 03:00+0200 03-31 02:00+0200"),
        (cron("0 */2 * * *", BERLIN), "2025-03-29T23:30", "03-30 03:00+0200 03-30 04:00+0200"),
        (cron("30 * * * *", BERLIN), "2025-03-30T00:00", "03-30 01:30+0100 03-30 03:30+0200"),
        # Clocks go back: 02:00 to 03:00 comes twice; on Lord Howe 01:30 to 02:00.
        (daily("02:30", BERLIN), "2025-10-25T12:00", "10-26 02:30+0200 10-27 02:30+0100"),
        (daily("01:30", NEW_YORK), "2025-11-01T12:00", "11-02 01:30-0400 11-03 01:30-0500"),
        (daily("01:45", LORD_HOWE), "2025-04-05T12:00", "04-06 01:45+1100 04-07 01:45+1030"),
        (cron("*/30 2 * * *", BERLIN), "2025-10-26T00:00", "10-26 02:30+0200 10-27 02:00+0100"),
        (cron("0 * * * *", BERLIN), "2025-10-25T23:30", "10-26 02:00+0200 10-26 02:00+0100"),
    ],
)
def test_runs_follow_the_calendar_and_the_clocks(schedule, after, expected):
    assert runs(schedule, after, expected.count(":")) == expected


def test_the_second_pass_of_a_doubled_hour_runs_nothing_again():
    after_the_first_pass = next_run(daily("02:30", BERLIN), utc("2025-10-26T01:10"))

    assert after_the_first_pass == utc("2025-10-27T01:30")


_SCHEDULES = st.one_of(
    st.builds(Schedule, st.just("daily"), st.sampled_from(["00:00", "01:45", "02:15", "02:30"])),
    st.builds(Schedule, st.just("weekly"), st.just("02:30"), st.sampled_from(["sun", "mon,sat"])),
    st.builds(Schedule, st.just("monthly"), st.just("02:00"), st.sampled_from(["1,30", "last"])),
    st.builds(
        lambda cron: Schedule("custom", cron=cron),
        st.sampled_from(["*/7 * * * *", "5 */3 * * *", "30 1-3 * * sun", "0 0-23 * * *"]),
    ),
)
_ZONES = st.sampled_from([BERLIN, LORD_HOWE, NEW_YORK, TOKYO, "Africa/Cairo"])
# Most of the time is spent within a day of a change of clocks in one of the zones.
_CHANGES = [
    *("2025-03-30T01:00", "2025-10-26T01:00", "2025-10-04T15:30", "2025-04-05T15:00"),
    *("2025-03-09T07:00", "2025-11-02T06:00", "2025-04-24T22:00", "2024-02-29T00:00"),
]
_TIMES = st.builds(
    lambda change, seconds: utc(change) + timedelta(seconds=seconds),
    st.sampled_from(_CHANGES),
    st.integers(-90_000, 90_000),
)


@settings(max_examples=300, deadline=None)
@given(_SCHEDULES, _ZONES, _TIMES, st.floats(0, 1))
def test_the_next_run_is_later_and_the_same_from_every_moment_before_it(base, zone, after, share):
    schedule = Schedule(
        base.schedule_type, base.schedule_time, base.schedule_days, base.cron, timezone=zone
    )

    first = next_run(schedule, after)

    assert first > after
    assert first.second == 0
    assert next_run(schedule, after + (first - after) * share * 0.999) == first
    assert next_run(schedule, first) > first
