"""The one source of the time, and its spelling on the wire."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone

_WIRE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):?(\d\d))",
    re.ASCII,
)

_held: list[datetime] = []


def utcnow() -> datetime:
    """The time now, aware and in UTC, in whole microseconds."""
    if _held:
        return _held[-1]
    return datetime.now(UTC)


@contextmanager
def hold(at: datetime) -> Iterator[None]:
    """Let `utcnow()` answer `at` inside the block, in every thread of the process.

    Blocks nest. ValueError when `at` has no offset.
    """
    _held.append(_in_utc(at))
    try:
        yield
    finally:
        _held.pop()


def to_wire(at: datetime) -> str:
    """RFC 3339 in UTC with `Z`; microseconds only when there are any.

    ValueError for a time without an offset.
    """
    return _in_utc(at).isoformat().removesuffix("+00:00") + "Z"


def parse_wire(text: str) -> datetime:
    """Read an RFC 3339 time into UTC; what is finer than a microsecond is cut off.

    Seconds may be left out. ValueError for anything else: a missing offset, a day that does not
    exist, a leap second, a time that leaves the years 1 to 9999 on its way to UTC.
    """
    match = _WIRE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("Not a time with date and offset, like 2025-01-31T12:00:00Z")
    date, time, fraction, zulu, sign, hours, minutes = match.groups()
    micros = int((fraction or "")[:6].ljust(6, "0"))
    try:
        local = datetime.fromisoformat(f"{date}T{time}")
        offset = UTC if zulu else _offset(sign, int(hours), int(minutes))
    except ValueError as exc:
        raise ValueError(f"Not a time that exists: {exc}") from exc
    return _in_utc(local.replace(microsecond=micros, tzinfo=offset))


def _offset(sign: str, hours: int, minutes: int) -> timezone:
    if minutes > 59:
        raise ValueError("The minutes of an offset end at 59")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError("A time needs an offset")
    try:
        return at.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("The time is out of range") from exc
