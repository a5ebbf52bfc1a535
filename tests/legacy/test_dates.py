from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.legacy.errors import InvalidFields
from app.legacy.rules.dates import read_date
from app.legacy.values import Reading

NOW = datetime(2025, 10, 30, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
THREE_UTC = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)
THREE_TOKYO = datetime(2025, 10, 29, 18, 0, tzinfo=UTC)


def read(value: Any, zone: ZoneInfo = TOKYO) -> Reading[datetime]:
    return read_date(value, "start_time", zone=zone, now=NOW)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("/Date(1761793200000)/", THREE_UTC),
        ("\\/Date(1761793200000)\\/", THREE_UTC),
        ("/Date(1761793200000+0900)/", THREE_UTC),
        ({"value": "/Date(1761793200000)/", "DisplayHint": 2, "DateTime": "x"}, THREE_UTC),
        ({"DisplayHint": 2, "Value": "2025-10-30T03:00:00Z"}, THREE_UTC),
        ("2025-10-30T03:00:00.1234567+09:00", THREE_TOKYO + timedelta(microseconds=123456)),
        ("2025-10-30T03:00:00.5Z", THREE_UTC + timedelta(milliseconds=500)),
        ("2025-10-30T03:00:00+0000", THREE_UTC),
        ("2025-10-29T23:30:00-03:30", THREE_UTC),
        ("2025-10-30t03:00z", THREE_UTC),
        ("2025-10-30T03:00:00", THREE_TOKYO),
        ("2025-10-30 03:00:00", THREE_TOKYO),
        ("2025/10/30 3:00:00", THREE_TOKYO),
        ("2025-10-30", THREE_TOKYO - timedelta(hours=3)),
        ("10/30/2025 3:00:00 AM", THREE_TOKYO),
        ("10/30/2025 3:00:00\u202fPM", THREE_TOKYO + timedelta(hours=12)),
        ("10/30/2025 12:00 AM", THREE_TOKYO - timedelta(hours=3)),
        ("10/30/2025 12:00:00 PM", THREE_TOKYO + timedelta(hours=9)),
    ],
)
def test_the_forms_of_all_powershells_are_read(value: Any, instant: datetime) -> None:
    assert read(value) == Reading(instant)


@pytest.mark.parametrize("value", [None, "", " ", {}, {"value": None, "DisplayHint": 2}])
def test_what_powershell_sends_for_nothing_is_absent(value: Any) -> None:
    assert read(value) == Reading(None)


@pytest.mark.parametrize(
    "value",
    [
        "10/30/2025 03:00:00",
        "30/10/2025 3:00:00 am",
        "30.10.2025 03:00:00",
        "30/10/2025 3:00:00 AM",
        "2025-02-30",
        "2025-10/30",
        "2025-10-30T25:00:00",
        "2025-10-30T03:00:00+25:00",
        "/Date(x)/",
        "yesterday",
        1761793200000,
        True,
        [],
        {"DateTime": "Thursday, October 30, 2025 3:00:00 AM"},
        {"value": {"value": "2025-10-30"}},
    ],
)
def test_what_cannot_be_read_or_could_mean_two_days_shows_an_accepted_form(value: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        read(value)

    assert refused.value.details == {
        "start_time": "start_time must be a date such as 2025-10-30T03:00:00Z"
    }


def test_a_time_that_summer_time_skips_keeps_the_distance_to_what_came_before() -> None:
    skipped = read("2025-03-30 02:30:00", BERLIN)

    assert skipped == Reading(datetime(2025, 3, 30, 1, 30, tzinfo=UTC))


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    doubled = read("2025-10-26 02:30:00", BERLIN)

    assert doubled == Reading(datetime(2025, 10, 26, 0, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "value",
    ["1900-01-01", "/Date(-2208988800000)/", "0001-01-01T00:00:00", "/Date(-99999999999999999)/"],
)
def test_a_date_over_ten_years_old_is_not_known(value: str) -> None:
    reading = read(value)

    assert reading == Reading(None, "start_time is over ten years old and counts as not known")


def test_a_late_report_is_kept_as_it_is() -> None:
    reading = read("2015-10-30T13:00:00Z")

    assert reading == Reading(datetime(2015, 10, 30, 13, 0, tzinfo=UTC))


def test_a_clock_that_is_a_day_ahead_is_taken() -> None:
    reading = read("2025-10-31T12:00:00Z")

    assert reading == Reading(NOW + timedelta(hours=24))


@pytest.mark.parametrize(
    "value",
    ["2025-10-31T12:00:01Z", "9999-12-31T23:59:59-05:00", "/Date(99999999999999999999)/"],
)
def test_more_than_a_day_ahead_is_refused(value: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read(value)

    assert refused.value.details == {"start_time": "start_time is more than 24 hours in the future"}


@settings(deadline=None)
@given(st.datetimes(max_value=datetime(2025, 10, 30)), st.sampled_from(["Z", "", "-12:00"]))
def test_any_past_clock_time_is_an_instant_or_too_old(local: datetime, offset: str) -> None:
    reading = read(local.isoformat() + offset)

    assert (reading.value is None) == (local < datetime(2015, 10, 29)) or local.year == 2015
    assert (reading.value is None) == (reading.warning is not None)
