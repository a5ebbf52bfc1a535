"""Rows for every table of whatever schema the database has, made from what it says of it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

ROWS = 3
Row = dict[str, Any]
Contents = dict[str, list[Row]]
_OWN = {"alembic_version"}
_MOMENT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
_CHOICE = re.compile(r"\(?\"?(\w+)\"?\)?(?:::\w+)? (?:IN \(|= ANY \(.*?\[)'([^']*)'")


def reflected(connection: Connection) -> sa.MetaData:
    """What is in the database now, whatever the models say."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    for name in _OWN & metadata.tables.keys():
        metadata.remove(metadata.tables[name])
    return metadata


def fill(connection: Connection) -> Contents:
    """Put ROWS rows into every table: all columns set, none that may be empty, and all again.

    No two rows of a table are alike in any column but its flags, so that no unique index is hurt,
    and keys point at the row of the same number. Gives what was put there.
    """
    for table in reflected(connection).sorted_tables:
        chosen = _chosen(connection, table)
        for number in range(ROWS):
            connection.execute(table.insert().values(_row(table, number, chosen)))
    return contents(connection)


def _row(table: sa.Table, number: int, chosen: Mapping[str, str]) -> Row:
    return {column.name: _value(column, number, chosen) for column in table.columns}


def _value(column: sa.Column[Any], number: int, chosen: Mapping[str, str]) -> Any:
    is_empty = number == 1 and column.nullable
    if is_empty or _points_at_itself(column, number):
        return None
    if column.name in chosen:
        return chosen[column.name]
    return _of_type(_aim(column), number)


def _points_at_itself(column: sa.Column[Any], number: int) -> bool:
    """The first row of a table has none of its own to point at."""
    return number == 0 and any(key.column.table is column.table for key in column.foreign_keys)


def _aim(column: sa.Column[Any]) -> sa.Column[Any]:
    """The column whose values these are, at the end of all keys."""
    for key in column.foreign_keys:
        return column if key.column.table is column.table else _aim(key.column)
    return column


def _of_type(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    match kind:
        case sa.Boolean():
            return number % 2 == 0
        case sa.Integer():
            return number + 1
        case sa.Float() | sa.Numeric():
            return number + 0.125
        case sa.JSON():
            return {"name": f"{column} {number}", "list": [number, None, "ä"]}
        case sa.DateTime():
            moment = _MOMENT + timedelta(days=number)
            return moment if kind.timezone else moment.replace(tzinfo=None)
        case sa.Date():
            return (_MOMENT + timedelta(days=number)).date()
        case sa.LargeBinary():
            return bytes([number, 0, 255])
        case sa.String():
            return f"{number} ä '{column.name}\""[: kind.length]
    raise AssertionError(f"{column} is a {kind!r}: say in {__name__} what stands in such a column.")


def _chosen(connection: Connection, table: sa.Table) -> dict[str, str]:
    """The first word of each column that takes only some."""
    checks = sa.inspect(connection).get_check_constraints(table.name)
    found = (_CHOICE.search(check["sqltext"]) for check in checks)
    return {match[1]: match[2] for match in found if match}


def contents(connection: Connection) -> Contents:
    """Every row of every table."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in reflected(connection).sorted_tables
    }


def common(rows: Contents, *others: Contents) -> Contents:
    """What of these rows the other schemas have columns for, in an order that values decide."""
    tables = [name for name in rows if all(name in other for other in others)]
    return {name: _common(rows[name], *(other[name] for other in others)) for name in tables}


def _common(rows: list[Row], *others: list[Row]) -> list[Row]:
    """A table without rows tells no columns, and has none in common."""
    known = [set(other[0]) if other else set() for other in others]
    kept = [{name: row[name] for name in sorted(set(row).intersection(*known))} for row in rows]
    return sorted(kept, key=repr)
