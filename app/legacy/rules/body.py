"""Raw bytes of a script's post to one JSON object, whatever encoding PowerShell gave them."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from app.core.strict_json import MAX_INTEGER
from app.legacy.errors import InvalidFields, MalformedBody, UnsupportedBody
from app.legacy.values import MAX_FIELD_NAME, MAX_NESTING

FORM = "application/x-www-form-urlencoded"
ACCEPTED_TYPES = frozenset({"", "application/json", "text/plain", FORM})
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
UTF8_MARK = b"\xef\xbb\xbf"
# The longest integer that can fit has 20 characters; int() of a far longer one is slow or fails.
MAX_INTEGER_LITERAL = 20


@dataclass(frozen=True)
class Body:
    """A post's JSON object as sent; `encoding_repaired` when its bytes were not Unicode."""

    data: dict[str, Any]
    encoding_repaired: bool


def read_body(raw: bytes, content_type: str | None) -> Body:
    """Read the object that a script posted.

    UTF-8 is tried first, byte order marks are honoured, and what is neither is read as
    Windows-1252, since PowerShell 5.1 sends ISO-8859-1 and does not say so. A charset parameter
    is not believed. Raises UnsupportedBody, MalformedBody, or InvalidFields for an integer that
    no column can hold; no other exception whatever the bytes are.
    """
    check_content_type(content_type)
    text, encoding_repaired = decode(raw)
    data = parse(text)
    check_object(data, prefix="", depth=1)
    return Body(data, encoding_repaired)


def check_content_type(content_type: str | None) -> None:
    """Raise UnsupportedBody unless JSON may come under this type; a missing type is taken."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type in ACCEPTED_TYPES or media_type.endswith("+json"):
        return
    raise UnsupportedBody("Send JSON with Content-Type: application/json")


def decode(raw: bytes) -> tuple[str, bool]:
    """The text of a body, and whether its bytes had to be read as Windows-1252.

    The five bytes that Windows-1252 leaves undefined become U+FFFD rather than the C1 controls
    that browsers use, since those steer the terminal that a log is read on.
    """
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError as error:
        if not encoding.startswith("utf-8"):
            raise MalformedBody(f"The body is not valid {encoding.upper()} text") from error
    return raw.removeprefix(UTF8_MARK).decode("cp1252", errors="replace"), True


def parse(text: str) -> dict[str, Any]:
    """The JSON object in a text; raises MalformedBody for anything else."""
    if not text.strip():
        raise MalformedBody("The body is empty; send a JSON object")
    try:
        data = json.loads(text, object_pairs_hook=_unique_keys, parse_int=_bounded_integer)
    except RecursionError as error:
        raise MalformedBody("The body is nested too deeply") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        hint = "" if text.lstrip()[0] in "{[" else "; pass the body through ConvertTo-Json"
        raise MalformedBody(f"The body is not valid JSON ({place}){hint}") from error
    if not isinstance(data, dict):
        raise MalformedBody('The body must be a JSON object, such as {"job_id": 7}')
    return data


def check_object(data: dict[str, Any], *, prefix: str, depth: int) -> None:
    """Raise for names and values that JSON's grammar lets through and that cannot be kept."""
    for name, value in data.items():
        field = (prefix + _printable(name))[:MAX_FIELD_NAME]
        _check_text(name, field)
        _check_value(value, field, depth)


def _check_value(value: Any, field: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, field)
    elif isinstance(value, int):
        if not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
            raise InvalidFields({field: f"{field} is beyond 2^63-1"})
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _malformed(field, "must be a finite number")
    elif isinstance(value, (dict, list)):
        if depth >= MAX_NESTING:
            raise _malformed(field, "is nested too deeply")
        members = value if isinstance(value, dict) else _by_position(value)
        check_object(members, prefix=f"{field}.", depth=depth + 1)


def _by_position(values: list[Any]) -> dict[str, Any]:
    return {str(position): value for position, value in enumerate(values)}


def _check_text(text: str, field: str) -> None:
    if "\x00" in text:
        raise _malformed(field, "contains a NUL character")
    if LONE_SURROGATE.search(text):
        raise _malformed(field, "contains half of a surrogate pair")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _malformed(_printable(name), "is given twice")
            seen.add(name)
    return data


def _bounded_integer(literal: str) -> int:
    # A literal that is too long becomes too large a number, and the later check names its field.
    return int(literal) if len(literal) <= MAX_INTEGER_LITERAL else MAX_INTEGER + 1


def _malformed(field: str, fact: str) -> MalformedBody:
    return MalformedBody(f"{field} {fact}", {field: f"{field} {fact}"})


def _printable(name: str) -> str:
    """A field's name that any log and any JSON answer can carry, however odd it was."""
    shown = name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\0")
    return shown[:MAX_FIELD_NAME]
