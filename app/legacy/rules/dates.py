"""Dates as Windows PowerShell, PowerShell 7 and plain scripts write them, to instants in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from app.legacy.errors import InvalidFields
from app.legacy.rules.words import is_absent
from app.legacy.values import Reading

LATEST_AHEAD = timedelta(hours=24)
OLDEST = timedelta(days=3653)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EXAMPLE = "2025-10-30T03:00:00Z"

# The offset only says what the sender's clock showed: the number counts from 1970 in UTC.
DOTNET = re.compile(r"\\?/Date\((?P<milliseconds>-?[0-9]{1,20})(?:[+-][0-9]{4})?\)\\?/")
YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,12}))?)?"
    r"\s*(?P<offset>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
# Only upper-case AM and PM mark en-US: cultures that put the day first write them in lower case
# or use a 24-hour clock. Newer .NET puts a narrow no-break space before them.
US_ENGLISH = re.compile(
    r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})\s+"
    r"(?P<hour>0?[1-9]|1[0-2]):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?\s+(?P<half>AM|PM)"
)


def read_date(value: Any, field: str, *, zone: tzinfo, now: datetime) -> Reading[datetime]:
    """An instant in UTC; not known, with a warning, when it lies over ten years back.

    A date without an offset is in `zone`. Of a time that summer time doubles the first is meant;
    one that it skips is counted with the offset before the change. Raises InvalidFields for a
    form that cannot be read or could mean two days, and for more than 24 hours after `now`.
    """
    if isinstance(value, dict):
        value = _inner_value(value, field)
    if is_absent(value):
        return Reading(None)
    if not isinstance(value, str):
        raise _unreadable(field)
    instant = _instant(value.strip(), field, zone, now)
    if instant > now + LATEST_AHEAD:
        raise InvalidFields({field: f"{field} is more than 24 hours in the future"})
    if instant < now - OLDEST:
        return Reading(None, f"{field} is over ten years old and counts as not known")
    return Reading(instant)


def _inner_value(wrapped: dict[str, Any], field: str) -> Any:
    """The date inside the object that ConvertTo-Json makes of one with a display hint."""
    if not wrapped:
        return None
    for name, value in wrapped.items():
        if name.lower() == "value" and (value is None or isinstance(value, str)):
            return value
    raise _unreadable(field)


def _instant(text: str, field: str, zone: tzinfo, now: datetime) -> datetime:
    if match := DOTNET.fullmatch(text):
        return _from_milliseconds(int(match["milliseconds"]))
    match = YEAR_FIRST.fullmatch(text) or US_ENGLISH.fullmatch(text)
    if match is None:
        raise _unreadable(field)
    try:
        local, zone = _local(match.groupdict()), _zone(match.groupdict(), zone)
    except ValueError as error:
        raise _unreadable(field) from error
    if abs(local.year - now.year) > OLDEST.days // 365 + 1:
        # Near the years 1 and 9999 a change of zone overflows, and the zone no longer matters.
        return local.replace(tzinfo=UTC)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _from_milliseconds(milliseconds: int) -> datetime:
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return (datetime.min if milliseconds < 0 else datetime.max).replace(tzinfo=UTC)


def _local(parts: dict[str, str | None]) -> datetime:
    """The clock time that was written; raises ValueError when there is no such day or time."""
    hour = int(parts["hour"] or 0)
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half == "PM" else 0)
    return datetime(
        int(parts["year"] or 0),
        int(parts["month"] or 0),
        int(parts["day"] or 0),
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        int((parts.get("fraction") or "0").ljust(6, "0")[:6]),
    )


def _zone(parts: dict[str, str | None], default: tzinfo) -> tzinfo:
    """The zone that was written, else the default; raises ValueError beyond a day's offset."""
    offset = parts.get("offset")
    if not offset:
        return default
    if offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _unreadable(field: str) -> InvalidFields:
    return InvalidFields({field: f"{field} must be a date such as {EXAMPLE}"})
