"""What follows from a storage's space: how it grows, when it is full, whether it is low."""

from collections.abc import Sequence
from datetime import date

MOST_DAYS = 30


def growth_per_day(samples: Sequence[tuple[date, int]]) -> float | None:
    """The slope in bytes a day of the line that lies closest to the used bytes of each day.

    None for fewer than two days; a negative one shrinks.
    """
    days = [day.toordinal() for day, _ in samples]
    if len(set(days)) < 2:
        return None
    middle = sum(days) / len(days)
    mean = sum(used for _, used in samples) / len(samples)
    rise = sum((day - middle) * (used - mean) for day, (_, used) in zip(days, samples, strict=True))
    return float(rise / sum((day - middle) ** 2 for day in days))


def days_until_full(free_bytes: int | None, growth: float | None) -> float | None:
    """None when it does not grow, or nobody knows what is free."""
    if free_bytes is None or growth is None or growth <= 0:
        return None
    return round(free_bytes / growth, 1)


def utilization_percent(total_bytes: int | None, used_bytes: int | None) -> float | None:
    """A store may hold more than the capacity that somebody gave it."""
    if not total_bytes or used_bytes is None:
        return None
    return round(100 * used_bytes / total_bytes, 2)


def is_low(
    was_low: bool | None,
    total_bytes: int | None,
    free_bytes: int | None,
    low_percent: float,
    ok_percent: float,
) -> bool | None:
    """Below the low percentage, and until it is clearly above again, so that a storage at the
    edge is not told of again and again; None when nobody knows."""
    if not total_bytes or free_bytes is None:
        return None
    percent = 100 * free_bytes / total_bytes
    return percent < (ok_percent if was_low else low_percent)


def completed(
    total_bytes: int | None,
    used_bytes: int | None,
    free_bytes: int | None,
    capacity_bytes: int | None,
) -> tuple[int | None, int | None]:
    """Total and free bytes; the capacity that people gave stands in for a total not told."""
    if total_bytes is not None or capacity_bytes is None:
        return total_bytes, free_bytes
    if used_bytes is None:
        return capacity_bytes, free_bytes
    return capacity_bytes, max(0, capacity_bytes - used_bytes)
