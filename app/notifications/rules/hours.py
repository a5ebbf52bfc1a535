"""Quiet hours and digest times: times of the day in a tenant's zone, on days of any length."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def quiet_until(hours: Mapping[str, str] | None, zone: str, at: datetime) -> datetime | None:
    """When the quiet hours that `at` lies in end; None outside of them.

    They run from one instant to another: an hour that the clock shows twice does not begin them
    anew, and one that it skips makes them end when the clock has passed it.
    """
    if hours is None:
        return None
    begins, ends = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])
    tz = ZoneInfo(zone)
    today = at.astimezone(tz).date()
    for day in (today - _DAY, today):
        start = _instant(day, begins, tz)
        end = _instant(day if begins < ends else day + _DAY, ends, tz)
        if start <= at < end:
            return end
    return None


def next_hour(after: datetime) -> datetime:
    """The next full hour."""
    return after.replace(minute=0, second=0, microsecond=0) + _HOUR


def next_of(times: Iterable[str], zone: str, after: datetime) -> datetime:
    """The first of these times of the day after a moment; midnight when there are none."""
    tz = ZoneInfo(zone)
    today = after.astimezone(tz).date()
    found = [time.fromisoformat(text) for text in times] or [time()]
    # A day later even the earliest one has come, however long this day is.
    instants = (_instant(today + number * _DAY, one, tz) for number in range(3) for one in found)
    return min(instant for instant in instants if instant > after)


def _instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tz).astimezone(UTC)
