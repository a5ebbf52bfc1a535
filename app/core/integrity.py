"""What the database refused, told apart: a name that is taken is an answer, a bug is not."""

import sqlite3
from functools import cache

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.core.db import Base, db
from app.core.errors import DomainError

# https://www.postgresql.org/docs/current/errcodes-appendix.html, class 23
_UNIQUE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_FOREIGN_KEY = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}


def is_conflict(error: IntegrityError) -> bool:
    """Two rows that cannot stand together, which another caller can bring about; what a row
    lacks or may never hold (NOT NULL, CHECK) is our own bug."""
    return _code(error) in _UNIQUE | _FOREIGN_KEY


def flush_unless_taken(index: str, taken: DomainError) -> None:
    """Flush; raises `taken` when this unique index (or constraint) holds such a row already.

    Any other violation is raised as it came. Either way the transaction is over: nothing can be
    read in it any more.
    """
    try:
        db.session.flush()
    except IntegrityError as exc:
        if not _breaks(exc, index):
            raise
        raise taken from exc


def _breaks(error: IntegrityError, index: str) -> bool:
    if _code(error) not in _UNIQUE:
        return False
    if isinstance(error.orig, sqlite3.IntegrityError):
        return str(error.orig) == f"UNIQUE constraint failed: {_columns_of(index)}"
    return bool(error.orig.diag.constraint_name == index)  # type: ignore[union-attr]


def _code(error: IntegrityError) -> str | None:
    driver = error.orig
    return getattr(driver, "sqlite_errorname", None) or getattr(driver, "pgcode", None)


@cache
def _columns_of(index: str) -> str:
    """How SQLite names a unique index; KeyError when no model has it."""
    names = {
        unique.name: ", ".join(f"{table.name}.{column.name}" for column in unique.columns)
        for table in Base.metadata.tables.values()
        for unique in _uniques(table)
    }
    return names[index]


def _uniques(table: Table) -> list[UniqueConstraint | Index]:
    constraints = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    return [*constraints, *(one for one in table.indexes if one.unique)]
