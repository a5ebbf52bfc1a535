"""A row in every table, with texts that a careless format would break on."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, types

from app.audit.service import sealing
from app.core import clock
from app.core.db import Base, UtcDateTime, db
from app.core.secrets import Encrypted
from app.core.tenancy import unscoped
from tests.support.cast import Caller, Cast
from tests.support.rows import _FACTORIES, keep_event, make_rows

ODD_TEXT = "t\tn\nr\r\\N \\. ü 💾 \x01\x7f 'q' \"d\" \\"
_MOMENT = datetime(2026, 3, 29, 1, 59, 59, 120000, UTC)
_OF_TYPES: tuple[tuple[type, Any], ...] = (
    (types.Boolean, True),
    (UtcDateTime, _MOMENT),
    (types.Date, date(2028, 2, 29)),
    (types.Float, 1234567.125),
    (types.Integer, 2**31 - 1),
    (types.JSON, {"ü\t": [1.5, None, "\\N\n"]}),
    (types.LargeBinary, bytes(range(256))),
    (Encrypted, "open sesame"),
    (types.String, ODD_TEXT),
)
_numbers = itertools.count(1)


def fill(cast: Cast, admin: Caller) -> None:
    """Make a row of each thing as its people make it, and one by itself where none came of it."""
    make_rows(cast, admin, _FACTORIES)
    keep_event(cast, title=ODD_TEXT)
    with cast.app.app_context():
        sealing.seal(clock.utcnow())
    for table in Base.metadata.sorted_tables:
        with cast.app.app_context(), unscoped() as session:
            if not session.scalar(select(func.count()).select_from(table)):
                session.execute(insert(table).values(_row_of(table)))


def contents(app: Any) -> dict[str, list[str]]:
    """Every row as the models' own types read it, in no order of the database's."""
    with app.app_context(), unscoped(read_only=True):
        return {
            table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


def _row_of(table: Table) -> dict[str, Any]:
    return {
        column.name: _value(column)
        for column in table.columns
        if not (column.primary_key and column.name == "id")
    }


def _value(column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return db.session.scalar(select(key.column).limit(1))
    value = next(made for type_, made in _OF_TYPES if isinstance(column.type, type_))
    length = getattr(column.type, "length", None)
    if isinstance(value, str) and length:
        # Of any length and never twice.
        return f"{next(_numbers)}{value}"[:length]
    return value
