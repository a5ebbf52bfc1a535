from datetime import UTC, datetime, timedelta

import pytest

from app.legacy.rules.matching import Facts
from app.legacy.rules.times import Times, times_of

ARRIVED = datetime(2025, 10, 30, 3, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return ARRIVED + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("facts", "times"),
    [
        (Facts(), Times(ARRIVED, ARRIVED, None, None)),
        (Facts(duration_seconds=600), Times(at(-10), at(-10), ARRIVED, 600)),
        (Facts(single_date=at(-30)), Times(at(-30), at(-30), None, None)),
        (Facts(at(-30)), Times(at(-30), at(-30), None, None)),
        (Facts(at(-30), at(-10)), Times(at(-30), at(-30), at(-10), 1200)),
        (Facts(at(-30), at(-10), duration_seconds=60), Times(at(-30), at(-30), at(-10), 60)),
        (Facts(at(-30), duration_seconds=600), Times(at(-30), at(-30), at(-20), 600)),
        (Facts(None, at(-10), duration_seconds=600), Times(at(-20), at(-20), at(-10), 600)),
        (Facts(None, at(-10)), Times(at(-10), at(-10), at(-10), None)),
        (
            Facts(at(-30), at(-10), single_date=at(-29)),
            Times(at(-29), at(-30), at(-10), 1200),
        ),
    ],
)
def test_what_was_not_sent_follows_from_what_was(facts: Facts, times: Times) -> None:
    assert times_of(facts, ARRIVED) == times


def test_an_end_is_never_after_the_arrival() -> None:
    times = times_of(Facts(single_date=at(-1), duration_seconds=600), ARRIVED)

    assert times == Times(at(-1), at(-1), ARRIVED, 600)


def test_a_clock_that_is_ahead_keeps_its_date_and_neither_starts_nor_ends_later() -> None:
    times = times_of(Facts(at(60), at(90)), ARRIVED)

    assert times == Times(at(60), ARRIVED, ARRIVED, 1800)
