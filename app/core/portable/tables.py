"""What tables a database has, in an order in which none comes before one that it points at."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import inspect, types
from sqlalchemy.engine import Connection
from sqlalchemy.engine.reflection import Inspector

from app.core.portable.errors import NotPortable

REVISION = "alembic_version"
Kind = Literal["flag", "moment", "json", "bytes", "fraction", "number", "text"]
# The first that fits counts. A date is a text to both databases' ways of writing it.
_KINDS: tuple[tuple[type[types.TypeEngine[Any]], Kind], ...] = (
    (types.Boolean, "flag"),
    (types.DateTime, "moment"),
    (types.JSON, "json"),
    (types.LargeBinary, "bytes"),
    (types.Float, "fraction"),
    (types.Integer, "number"),
    (types.Date, "text"),
    (types.String, "text"),
)


@dataclass(frozen=True)
class Table:
    """A table's columns with their kinds, and those by which its rows are put in order."""

    name: str
    columns: dict[str, Kind]
    key: tuple[str, ...]

    def kinds(self, names: tuple[str, ...]) -> list[Kind]:
        return [self.columns[name] for name in names]


def read_tables(connection: Connection) -> list[Table]:
    """Ask the database itself: a backup of an older version has other tables than the models."""
    inspector = inspect(connection)
    columns = inspector.get_multi_columns()
    keys = inspector.get_multi_pk_constraint()
    return [
        Table(
            name,
            {column["name"]: _kind(name, column) for column in columns[None, name]},
            tuple(keys[None, name]["constrained_columns"]),
        )
        for name in _in_order(inspector)
    ]


def _in_order(inspector: Inspector) -> list[str]:
    pairs = inspector.get_sorted_table_and_fkc_names()
    if pairs[-1][1]:
        raise NotPortable("Some tables point at each other in a circle.")
    return [name for name, _ in pairs if name is not None and name != REVISION]


def _kind(table: str, column: Any) -> Kind:
    for type_, kind in _KINDS:
        if isinstance(column["type"], type_):
            return kind
    raise NotPortable(f"{table}.{column['name']} is of a kind that cannot be written down.")
