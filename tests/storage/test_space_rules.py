"""The rules of space: growth, days until full, and when it is low."""

from datetime import date

import pytest

from app.storage.rules import space

FIRST = date(2026, 2, 27)


def days(*used):
    return [(date.fromordinal(FIRST.toordinal() + n), bytes_) for n, bytes_ in enumerate(used)]


@pytest.mark.parametrize(
    ("samples", "growth"),
    [
        ([], None),
        (days(10), None),
        (days(10, 20), 10),
        (days(10, 20, 30, 40), 10),
        (days(40, 30), -10),
        (days(5, 5, 5), 0),
        ([(date(2026, 1, 1), 0), (date(2026, 1, 11), 100)], 10),
    ],
)
def test_growth_is_the_slope_of_the_used_bytes(samples, growth):
    assert space.growth_per_day(samples) == (None if growth is None else pytest.approx(growth))


def test_a_day_of_clearing_up_does_not_turn_the_trend():
    assert space.growth_per_day(days(0, 100, 200, 150, 400, 500)) > 80


@pytest.mark.parametrize(
    ("free", "growth", "left"),
    [(100, 10.0, 10.0), (0, 10.0, 0.0), (100, 0.0, None), (100, -1.0, None), (None, 1.0, None)],
)
def test_days_until_full(free, growth, left):
    assert space.days_until_full(free, growth) == left


@pytest.mark.parametrize(
    ("was_low", "total", "free", "is_low"),
    [
        (None, 100, 9, True),
        (False, 100, 10, False),
        (False, 100, 11, False),
        (True, 100, 11, True),
        (True, 100, 12, False),
        (True, None, 12, None),
        (True, 0, 0, None),
        (False, 100, None, None),
    ],
)
def test_is_low_below_a_tenth_until_it_is_clearly_above(was_low, total, free, is_low):
    assert space.is_low(was_low, total, free, 10, 12) is is_low


@pytest.mark.parametrize(
    ("told", "capacity", "completed"),
    [
        ((100, 40, 60), None, (100, 60)),
        ((100, 40, 60), 500, (100, 60)),
        ((None, 40, None), 500, (500, 460)),
        ((None, 600, None), 500, (500, 0)),
        ((None, None, None), 500, (500, None)),
        ((None, 40, None), None, (None, None)),
    ],
)
def test_a_capacity_completes_what_is_not_told(told, capacity, completed):
    assert space.completed(*told, capacity) == completed
