"""When a scheduled verification comes again."""

from datetime import UTC, datetime

import pytest

from app.verification.rules.rhythm import next_after, problem_of, rhythm_of

# 23:05 of the day before in New York.
MADE_AT = datetime(2026, 8, 31, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("frequency", "rhythm", "first"),
    [
        ("monthly", "5 3 28 1,2,3,4,5,6,7,8,9,10,11,12 *", (2026, 9, 28)),
        ("quarterly", "5 3 28 2,5,8,11 *", (2026, 11, 28)),
        ("semi-annual", "5 3 28 2,8 *", (2027, 2, 28)),
        ("annual", "5 3 28 8 *", (2027, 8, 28)),
    ],
)
def test_a_frequency_comes_first_after_one_period_at_the_time_it_was_made(frequency, rhythm, first):
    assert rhythm_of(frequency, None, "UTC", MADE_AT) == rhythm
    assert next_after(rhythm, "UTC", MADE_AT) == datetime(*first, 3, 5, tzinfo=UTC)


def test_the_day_is_that_of_the_time_zone():
    rhythm = rhythm_of("annual", None, "America/New_York", MADE_AT.replace(day=3))

    assert rhythm == "5 23 2 8 *"


def test_cron_stays_as_it_is_and_may_be_wrong():
    assert rhythm_of("cron", "0 4 * * sun", "UTC", MADE_AT) == "0 4 * * sun"
    assert problem_of("0 4 * * sun", "UTC") is None
    assert "Not a cron expression that can run" in problem_of("0 4 30 2 *", "UTC")
    assert "needs a cron expression" in problem_of("", "UTC")
