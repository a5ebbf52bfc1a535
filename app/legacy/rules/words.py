"""Result words, texts and ids as scripts write them."""

import json
import re
from collections.abc import Sequence
from typing import Any

from app.core.strict_json import MAX_INTEGER
from app.legacy.errors import InvalidFields

DIGITS = re.compile(r"[0-9]{1,19}")


def is_absent(value: Any) -> bool:
    """Whether a value is one of PowerShell's ways to send nothing: $null, "" or an empty object."""
    return value is None or value == {} or (isinstance(value, str) and not value.strip())


def read_result(value: Any, field: str, allowed: Sequence[str]) -> str:
    """The lower-case result word; raises InvalidFields, listing `allowed`, when it is no such."""
    if is_absent(value):
        raise InvalidFields({field: f"{field} is required"})
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in allowed:
        raise InvalidFields({field: f"{field} must be one of: {', '.join(allowed)}"})
    return word


def read_text(value: Any, limit: int) -> str | None:
    """Any value as text of at most `limit` characters, with a mark where it was cut; never fails.

    A status must not be lost because its message was long, or was an object.
    """
    if is_absent(value):
        return None
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return cut(value, limit)


def cut(text: str, limit: int) -> str:
    """The text within `limit` characters, the mark that tells how many are missing included."""
    if len(text) <= limit:
        return text
    room = limit - len(_mark(len(text)))
    return text[:room] + _mark(len(text) - room)


def read_id(value: Any, field: str) -> int:
    """An id from 7, "7" or 7.0; raises InvalidFields when it is missing, no number, or below 1."""
    if is_absent(value):
        raise InvalidFields({field: f"{field} is required"})
    number = _whole(value)
    if number is None or not 1 <= number <= MAX_INTEGER:
        raise InvalidFields({field: f"{field} must be a positive whole number"})
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and DIGITS.fullmatch(value.strip()):
        return int(value)
    return None


def _mark(left_out: int) -> str:
    return f" [cut: {left_out} characters left out]"
