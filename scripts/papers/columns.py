"""How a column is told of: its type, its default and what else there is to know."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column
from sqlalchemy import types as sql

from app.core import clock
from app.core.db import UtcDateTime
from app.core.secrets import Encrypted

# The first that fits: a type of our own stands before the one that it is made of.
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (UtcDateTime, "moment"),
    (Encrypted, "encrypted text"),
    (sql.JSON, "JSON"),
    (sql.Boolean, "true or false"),
    (sql.Date, "date"),
    (sql.BigInteger, "64-bit number"),
    (sql.Integer, "number"),
    (sql.Float, "fraction"),
    (sql.Date, "date"),
    (sql.LargeBinary, "bytes"),
    (sql.Text, "text"),
    (sql.String, "text"),
)


def kind_of(kind: Any) -> str:
    """The type in words that hold for every database; raises LookupError for an unknown one."""
    words = next((words for known, words in _KINDS if isinstance(kind, known)), None)
    if words is None:
        raise LookupError(f"Say in {__name__}._KINDS what a {kind!r} is.")
    length = getattr(kind, "length", None)
    return f"{words}, at most {length}" if length else words


def default_of(column: Column[Any]) -> str:
    """What the application fills in; empty for what it must be given."""
    default: Any = column.default
    if default is None:
        return ""
    if not default.is_callable:
        return f"`{_literal(default.arg)}`"
    # SQLAlchemy wraps the function, so that it can be given the row's context.
    given = getattr(default.arg, "__wrapped__", default.arg)
    if given is clock.utcnow:
        return "now"
    return f"`{_literal(given())}`"


def notes_of(column: Column[Any]) -> Iterator[str]:
    if column.primary_key:
        yield "primary key"
    for key in sorted(column.foreign_keys, key=lambda key: key.target_fullname):
        removed = f", removed with it ({key.ondelete})" if key.ondelete else ""
        yield f"→ `{key.target_fullname}`{removed}"
    if column.unique:
        yield "unique"
    if column.onupdate is not None:
        yield "set anew by each change"
    if column.info.get("secret"):
        yield "secret: masked in the audit log"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | list | dict) else f'"{value}"'
