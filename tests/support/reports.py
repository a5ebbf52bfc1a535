"""What a script means to report, and every way in which PowerShell may write it down.

Written from the contract and not from the code that reads it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=iso-8859-1",
    "application/x-www-form-urlencoded",
    "text/plain",
    None,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND, _SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
_ABSENT: st.SearchStrategy[Any] = st.sampled_from([None, "", {}])
# Change of clocks in the zones above, where what a local time means is hardest to say.
_CHANGES = [
    *(datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2025, 10, 26, 1, tzinfo=UTC)),
    *(datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2025, 11, 2, 6, tzinfo=UTC)),
    *(datetime(2025, 10, 4, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)),
]
# PowerShell 5.1 sends what its console can show; any other may come from 7.
_WORDS = st.text(st.sampled_from("aZ /\\\"'<é€ß日\U0001f600\t"), max_size=12)
_WESTERN = st.text(st.sampled_from("aZ /\\\"'<éüß€"), max_size=12)


@dataclass(frozen=True)
class Sent:
    """A field as it stands in the body, and what it is to be understood as."""

    written: Any
    meant: Any


@st.composite
def moments(draw: st.DrawFn, zone: str) -> Sent:
    """A date of the last ten years, or of the next day."""
    low, high = int(-9.9 * 365 * 86400 * 1e6), int(23.9 * 3600 * 1e6)
    anywhere = st.integers(low, high).map(lambda micros: NOW + timedelta(microseconds=micros))
    near = st.tuples(st.sampled_from(_CHANGES), st.integers(-7200, 7200)).map(
        lambda pair: pair[0] + timedelta(seconds=pair[1])
    )
    at = draw(anywhere | near)
    write = draw(st.sampled_from([_dotnet, _with_offset, _local, _american]))
    text, meant = write(draw, at, ZoneInfo(zone))
    if draw(st.integers(0, 3)) > 0:
        return Sent(text, meant)
    return Sent({"value": text, "DisplayHint": 2, "DateTime": "Donnerstag, 30. Oktober"}, meant)


def _dotnet(draw: st.DrawFn, at: datetime, _zone: ZoneInfo) -> tuple[str, datetime]:
    milliseconds = (at - _EPOCH) // _MILLISECOND
    shown = draw(st.sampled_from(["", "+0900", "-0330"]))
    return f"/Date({milliseconds}{shown})/", _EPOCH + milliseconds * _MILLISECOND


def _with_offset(draw: st.DrawFn, at: datetime, _zone: ZoneInfo) -> tuple[str, datetime]:
    minutes = draw(st.sampled_from([None, 0, 540, -210, 845, -720]))
    local = at if minutes is None else at.astimezone(timezone(timedelta(minutes=minutes)))
    text = local.replace(tzinfo=None).isoformat(timespec="microseconds")
    # .NET's seventh digit is finer than anything that is kept.
    text += draw(st.sampled_from(["", "0", "7"]))
    return text + ("Z" if minutes is None else local.isoformat()[-6:]), at


def _local(draw: st.DrawFn, at: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
    wall = at.astimezone(zone).replace(tzinfo=None)
    mark = draw(st.sampled_from("T "))
    return wall.isoformat(mark, timespec="microseconds"), _first_shown(wall, zone)


def _american(_draw: st.DrawFn, at: datetime, zone: ZoneInfo) -> tuple[str, datetime]:
    wall = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    half = "AM" if wall.hour < 12 else "PM"
    hour = wall.hour % 12 or 12
    text = f"{wall.month}/{wall.day}/{wall.year} {hour}:{wall:%M:%S} {half}"
    return text, _first_shown(wall, zone)


def _first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the zone's clocks show this: of a doubled hour the earlier one."""
    offsets = {
        (wall + timedelta(days=days)).replace(tzinfo=zone).utcoffset() for days in (-1, 0, 1)
    }
    candidates = [(wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None]
    return min(at for at in candidates if at.astimezone(zone).replace(tzinfo=None) == wall)


def sizes() -> st.SearchStrategy[Sent]:
    """Bytes, as every culture and every cmdlet writes a number; nothing where none is known."""
    exact = st.integers(0, 2**63 - 1).flatmap(
        lambda size: st.sampled_from([Sent(size, size), Sent(str(size), size)])
    )
    # What passed a double comes back whole below 2^53.
    rounded = st.integers(0, 2**53).flatmap(
        lambda size: st.sampled_from(
            [
                Sent(float(size), size),
                Sent(f"{size},0", size),
                Sent(f"{size}.25", size),
                Sent(f"{size:.16E}", size),
            ]
        )
    )
    return exact | rounded | _ABSENT.map(lambda nothing: Sent(nothing, None))


def durations() -> st.SearchStrategy[Sent]:
    """Seconds with hundredths; one below zero is not known."""
    known = st.integers(0, 10**8).flatmap(
        lambda hundredths: st.sampled_from(
            [
                Sent(hundredths / 100, hundredths / 100),
                Sent(f"{hundredths / 100:.2f}", hundredths / 100),
                Sent(f"{hundredths / 100:.2f}".replace(".", ","), hundredths / 100),
                Sent(f"{hundredths / 100:.12E}", hundredths / 100),
            ]
        )
    )
    negative = st.integers(1, 10**12).map(lambda seconds: Sent(f"-{seconds},5", None))
    return known | negative | _ABSENT.map(lambda nothing: Sent(nothing, None))


def texts(*, is_western: bool) -> st.SearchStrategy[Sent]:
    """A message; what is blank is none."""
    words = (_WESTERN if is_western else _WORDS).map(
        lambda text: Sent(text, text if text.strip() else None)
    )
    return words | _ABSENT.map(lambda nothing: Sent(nothing, None))


def results() -> st.SearchStrategy[Sent]:
    spellings = (str.lower, str.upper, str.title)
    return st.builds(
        lambda word, spell: Sent(spell(word), word),
        st.sampled_from(["success", "failed", "warning"]),
        st.sampled_from(spellings),
    )


@dataclass(frozen=True)
class Writing:
    """How a body becomes bytes."""

    encoding: str
    is_escaped: bool

    def write(self, fields: dict[str, Sent]) -> bytes:
        body = {name: sent.written for name, sent in fields.items()}
        text = json.dumps(body, ensure_ascii=self.is_escaped).replace("/", "\\/")
        return text.encode(self.encoding)

    @property
    def is_western(self) -> bool:
        return self.encoding == "cp1252"


WRITINGS = st.builds(
    Writing,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.booleans(),
)


def is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
