"""Quiet hours and digest times: by the tenant's own clock, on days of 23, 24 and 25 hours."""

from datetime import UTC, datetime

import pytest

from app.notifications.rules.hours import next_hour, next_of, quiet_until

NIGHT = {"from": "22:00", "to": "06:00"}
NOON = {"from": "12:00", "to": "13:30"}
BERLIN = "Europe/Berlin"


def utc(day, time="00:00"):
    return datetime.fromisoformat(f"{day}T{time}:00").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (NIGHT, utc("2026-01-10", "20:59"), None),
        (NIGHT, utc("2026-01-10", "21:00"), utc("2026-01-11", "05:00")),
        (NIGHT, utc("2026-01-11", "04:59"), utc("2026-01-11", "05:00")),
        (NIGHT, utc("2026-01-11", "05:00"), None),
        (NOON, utc("2026-01-10", "11:00"), utc("2026-01-10", "12:30")),
        (NOON, utc("2026-01-10", "12:30"), None),
        (None, utc("2026-01-10", "23:00"), None),
    ],
)
def test_they_begin_and_end_by_the_tenants_clock(hours, at, until):
    assert quiet_until(hours, BERLIN, at) == until


@pytest.mark.parametrize(
    ("at", "until"),
    [
        # The clock goes from 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October.
        (utc("2026-03-28", "22:00"), utc("2026-03-29", "04:00")),
        (utc("2026-10-24", "21:00"), utc("2026-10-25", "05:00")),
    ],
)
def test_a_night_in_which_the_clock_changes_ends_in_the_morning(at, until):
    assert quiet_until(NIGHT, BERLIN, at) == until


def test_an_end_that_the_clock_skips_is_when_it_has_passed_it():
    hours = {"from": "22:00", "to": "02:30"}

    assert quiet_until(hours, BERLIN, utc("2026-03-29", "00:50")) == utc("2026-03-29", "01:30")


def test_an_hour_that_comes_twice_does_not_begin_them_anew():
    hours = {"from": "22:00", "to": "02:30"}

    assert quiet_until(hours, BERLIN, utc("2026-10-25", "00:10")) == utc("2026-10-25", "00:30")
    assert quiet_until(hours, BERLIN, utc("2026-10-25", "01:10")) is None


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (utc("2026-01-10", "06:59"), utc("2026-01-10", "07:00")),
        (utc("2026-01-10", "07:00"), utc("2026-01-10", "16:00")),
        (utc("2026-01-10", "16:00"), utc("2026-01-11", "07:00")),
        (utc("2026-03-28", "18:00"), utc("2026-03-29", "06:00")),
    ],
)
def test_the_next_digest_is_at_one_of_the_tenants_times(after, found):
    assert next_of(("17:00", "08:00"), BERLIN, after) == found


def test_the_next_hour_is_a_full_one():
    assert next_hour(utc("2026-01-10", "23:59")) == utc("2026-01-11")
