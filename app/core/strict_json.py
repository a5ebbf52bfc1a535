"""JSON as this API reads and writes it: strict in, UTC out."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from math import isinf
from typing import Any, NoReturn

import orjson

from app.core.clock import to_wire

MAX_DEPTH = 100
MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)

_BOM = "\ufeff"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class MalformedJson(ValueError):
    """The text is not one JSON value; `line` and `column` count from 1, None when not known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class InvalidText(ValueError):
    """A value that JSON allows and the database does not; `path` is its dotted field path."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class _Oversized(ValueError):
    """An integer that does not fit into 64 bits, seen where its path is not known."""


def loads(raw: bytes | str) -> Any:
    """Read one JSON value; a UTF-8 byte order mark is dropped.

    MalformedJson: invalid UTF-8, broken JSON, NaN and Infinity, a number beyond a double's range,
    a key given twice, more than 100 levels, anything after the value.
    InvalidText: a NUL or a lone surrogate in a string or key, an integer beyond 64 bits.
    """
    text = _decode(raw) if isinstance(raw, bytes) else raw
    text = text.removeprefix(_BOM)
    try:
        value = _parse(_DECODER, text)
    except _Oversized:
        value = _parse(_TOLERANT_DECODER, text)
        _walk(value)
        raise
    # Only escapes can bring in what decoding and the scanner did not refuse already, and only
    # many brackets can be deep: most bodies need no second look.
    if "\\u" in text or isinstance(raw, str) or text.count("[") + text.count("{") > MAX_DEPTH:
        _walk(value)
    return value


def dumps(value: Any) -> bytes:
    """Write JSON in UTF-8, times in UTC with `Z`.

    TypeError for what has no JSON form, a time without an offset among it.
    """
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as exc:
        before = raw[: exc.start]
        column = exc.start - before.rfind(b"\n")
        raise MalformedJson("Not UTF-8", before.count(b"\n") + 1, column) from exc


def _parse(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as exc:
        raise MalformedJson(exc.msg, exc.lineno, exc.colno) from exc
    except RecursionError as exc:
        raise _too_deep() from exc


def _too_deep() -> MalformedJson:
    return MalformedJson(f"Nested deeper than {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise MalformedJson(f"The key {_shown(key)!r} is given twice")
        seen.add(key)
    return result


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise MalformedJson("A number is too large")
    return value


def _integer(text: str) -> int:
    # The length is looked at first: Python refuses, in its own words, to read thousands of digits.
    if len(text) > 20 or not MIN_INTEGER <= (value := int(text)) <= MAX_INTEGER:
        raise _Oversized
    return value


def _integer_or_mark(text: str) -> Any:
    try:
        return _integer(text)
    except _Oversized as exc:
        return exc


def _walk(root: Any) -> None:
    """Refuse what cannot be stored, by its path; containers are visited without recursion."""
    pending: list[tuple[str, Any, int]] = [("", root, 0)]
    while pending:
        path, value, depth = pending.pop()
        if isinstance(value, str):
            _refuse_unstorable(value, path)
        elif isinstance(value, _Oversized):
            raise InvalidText("Integers end at 64 bits", path)
        elif isinstance(value, dict | list):
            if depth >= MAX_DEPTH:
                raise _too_deep()
            prefix = f"{path}." if path else ""
            pending.extend((prefix + name, item, depth + 1) for name, item in _items(value, prefix))


def _items(container: dict[str, Any] | list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(container, list):
        for index, item in enumerate(container):
            yield str(index), item
        return
    for key, item in container.items():
        _refuse_unstorable(key, prefix + _shown(key))
        yield key, item


def _refuse_unstorable(text: str, path: str) -> None:
    found = _UNSTORABLE.search(text)
    if found is not None:
        fault = "a NUL character" if found[0] == "\0" else "half of a surrogate pair"
        raise InvalidText(f"Text must not hold {fault}", path)


def _shown(key: str) -> str:
    """The key as it may stand in an answer, which a lone surrogate may not."""
    return _UNSTORABLE.sub("\ufffd", key)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return _wire_or_refuse(value)
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _wire_or_refuse(at: datetime) -> str:
    try:
        return to_wire(at)
    except ValueError as exc:
        raise TypeError(str(exc)) from exc


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_float=_float,
    parse_int=_integer,
)
_TOLERANT_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_float=_float,
    parse_int=_integer_or_mark,
)
