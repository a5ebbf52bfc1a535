"""Sizes and durations in the many forms that scripts and cultures write numbers in."""

import math
import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from app.core.strict_json import MAX_INTEGER
from app.legacy.errors import InvalidFields
from app.legacy.rules.words import is_absent
from app.legacy.values import Reading

MAX_TEXT = 64
MAX_DURATION = timedelta(days=3653)

# A lone separator is the decimal one: a culture that groups does so only when asked to, while
# PowerShell writes a decimal comma by itself.
PLAIN = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
GROUPED = re.compile(
    r"(?P<whole>[+-]?[0-9]{1,3}(?P<group>[.,'\u2019 \u00a0\u202f])[0-9]{3}"
    r"(?:(?P=group)[0-9]{3})*)(?:(?!(?P=group))[.,](?P<fraction>[0-9]*))?"
)


def read_number(value: Any, field: str, *, integer: bool) -> int | float | None:
    """A number that may be negative; None when the field is absent, whole (half up) if `integer`.

    Takes 300.52, "300", "1.073741824E+9", "300,52", "1.234,56" and "1,234.56". Raises
    InvalidFields for booleans, nonsense, non-finite numbers, and beyond 2^63-1.
    """
    if is_absent(value):
        return None
    number = _decimal(value, field)
    if abs(number) > MAX_INTEGER:
        raise InvalidFields({field: f"{field} is beyond 2^63-1"})
    return int(number.to_integral_value(ROUND_HALF_UP)) if integer else float(number)


def read_size_bytes(value: Any, field: str) -> int | None:
    """A size in whole bytes; raises InvalidFields for a negative one, as for any bad number."""
    signed = read_number(value, field, integer=False)
    if signed is not None and signed < 0:
        raise InvalidFields({field: f"{field} must not be negative"})
    size = read_number(value, field, integer=True)
    return None if size is None else int(size)


def read_duration_seconds(value: Any, field: str) -> Reading[float]:
    """A duration in seconds; a negative one, or one of over ten years, is not known.

    Veeam gives a running session the end 1900-01-01, so that a script's subtraction comes out
    far below or far above any real run. Raises InvalidFields as read_number does.
    """
    seconds = read_number(value, field, integer=False)
    if seconds is None:
        return Reading(None)
    if seconds < 0:
        return Reading(None, f"{field} is negative and counts as not known")
    if seconds > MAX_DURATION.total_seconds():
        return Reading(None, f"{field} is over ten years and counts as not known")
    return Reading(float(seconds))


def _decimal(value: Any, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _not_a_number(field)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidFields({field: f"{field} must be a finite number"})
    try:
        return Decimal(_plain(value, field) if isinstance(value, str) else str(value))
    except InvalidOperation as error:
        raise InvalidFields({field: f"{field} is out of range"}) from error


def _plain(text: str, field: str) -> str:
    """The same number as Decimal writes it: no groups, a decimal point."""
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise _not_a_number(field)
    if PLAIN.fullmatch(text):
        return text.replace(",", ".")
    grouped = GROUPED.fullmatch(text)
    if grouped is None:
        raise _not_a_number(field)
    return f"{grouped['whole'].replace(grouped['group'], '')}.{grouped['fraction'] or '0'}"


def _not_a_number(field: str) -> InvalidFields:
    return InvalidFields({field: f"{field} must be a number, such as 300.52"})
