"""Rows as lines of text: PostgreSQL's COPY format, which SQLite's values are written in too.

https://www.postgresql.org/docs/current/sql-copy.html, "Text Format", with times in UTC. The same
rows give the same bytes in either database, so that they can be compared by their hashes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.core.portable.tables import Kind

NULL = "\\N"
_LETTERS = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", "\\": "\\"}
_ESCAPES = str.maketrans({plain: f"\\{letter}" for plain, letter in _LETTERS.items()})
_PLAIN = {letter: plain for plain, letter in _LETTERS.items()}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UTC = "+00"
# From here on PostgreSQL writes an exponent; Python does ten times later.
_LONGEST = 15


def write_line(kinds: Sequence[Kind], values: Iterable[Any]) -> str:
    """A row of SQLite's as PostgreSQL would write it."""
    fields = (
        NULL if value is None else _WRITERS[kind](value)
        for kind, value in zip(kinds, values, strict=True)
    )
    return "\t".join(fields) + "\n"


def read_line(kinds: Sequence[Kind], line: str) -> list[Any]:
    """A row as SQLite keeps it."""
    fields = split_line(line)
    return [
        None if field is None else _READERS[kind](field)
        for kind, field in zip(kinds, fields, strict=True)
    ]


def split_line(line: str) -> list[str | None]:
    """The texts of a row's fields, None for what is null."""
    return [_unescape(field) for field in line.removesuffix("\n").split("\t")]


def _unescape(field: str) -> str | None:
    if field == NULL:
        return None
    if "\\" not in field:
        return field
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), field)


def _write_text(value: Any) -> str:
    return str(value).translate(_ESCAPES)


def _write_moment(value: str) -> str:
    seconds, _, fraction = value.partition(".")
    fraction = fraction.rstrip("0")
    return f"{seconds}.{fraction}{_UTC}" if fraction else f"{seconds}{_UTC}"


def _read_moment(field: str) -> str:
    seconds, _, fraction = field.removesuffix(_UTC).partition(".")
    return f"{seconds}.{fraction:0<6}"


def _write_fraction(value: float) -> str:
    number = Decimal(repr(float(value)))
    if not number.is_finite() or not number:
        return repr(value).removesuffix(".0")
    if -5 < number.adjusted() < _LONGEST:
        return repr(float(value)).removesuffix(".0")
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{'-' if number < 0 else ''}{mantissa}e{number.adjusted():+03d}"


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    "flag": lambda value: "t" if value else "f",
    "moment": _write_moment,
    "json": _write_text,
    "bytes": lambda value: f"\\\\x{value.hex()}",
    "fraction": _write_fraction,
    "number": str,
    "text": _write_text,
}
_READERS: dict[Kind, Callable[[str], Any]] = {
    "flag": lambda field: field == "t",
    "moment": _read_moment,
    "json": str,
    "bytes": lambda field: bytes.fromhex(field.removeprefix("\\x")),
    "fraction": float,
    "number": int,
    "text": str,
}
