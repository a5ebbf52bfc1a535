"""Pages and cursors: any list, in a stated order, at the same cost however deep by cursor."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core import clock, strict_json
from app.core.db import Base, db
from app.core.errors import UseCursor, ValidationFailed

DEFAULT_PAGE_SIZE = 20
COUNTED_ROWS = 1_000
PAGED_ROWS = 10_000


@dataclass(frozen=True)
class Ordering:
    """Which columns a list may be sorted by (none of them null), and its order unless asked.

    `key` is the unique column that breaks ties; it follows the direction of the last column.
    """

    key: InstrumentedAttribute[int]
    columns: dict[str, InstrumentedAttribute[Any]]
    default: str

    def parse(self, sort: str | None) -> list[tuple[str, InstrumentedAttribute[Any], bool]]:
        """`-created_at,name` as (name, column, is_descending), ended by the key."""
        chosen = []
        for word in (sort or self.default).split(","):
            name = word.strip().removeprefix("-")
            if name not in self.columns:
                allowed = ", ".join(sorted(self.columns))
                raise ValidationFailed.on("sort", f"Can be sorted by: {allowed}.")
            chosen.append((name, self.columns[name], word.strip().startswith("-")))
        return [*chosen, ("id", self.key, chosen[-1][2])]


@dataclass(frozen=True)
class Listing:
    """A select over one model and the order in which it may be read.

    A feed has no end: whoever read its last row waits for more, so each page that holds a row
    gives a cursor. `is_known` tells of a cursor's values whether they are still a place in it.
    """

    statement: Select[Any]
    ordering: Ordering
    is_feed: bool = False
    is_known: Callable[[list[Any]], bool] | None = None


@dataclass(frozen=True)
class Page:
    """The rows of one page; page numbers and totals only where a page was asked for."""

    items: Sequence[Any]
    next_cursor: str | None
    numbers: dict[str, Any] = field(default_factory=dict)


def equal(
    statement: Select[Any], model: type[Base], query: Mapping[str, Any], names: Iterable[str]
) -> Select[Any]:
    """The rows whose columns of these names equal what the query gives under the same ones."""
    asked = [name for name in names if name in query]
    return statement.where(*(getattr(model, name) == query[name] for name in asked))


def paginate_rows(rows: Sequence[Any], query: dict[str, Any]) -> Page:
    """One page of rows that are all in memory, in the order they are in."""
    size = _size(query)
    page = query.get("page", 1)
    first = (page - 1) * size
    numbers = {
        "total": len(rows),
        "page": page,
        "page_size": size,
        "total_pages": -(-len(rows) // size),
    }
    return Page(rows[first : first + size], None, numbers)


def paginate(listing: Listing, query: dict[str, Any]) -> Page:
    """One page of a listing, by `page` or by `cursor` (an empty cursor begins)."""
    size = _size(query)
    order = listing.ordering.parse(query.get("sort"))
    if "cursor" in query:
        if "page" in query:
            raise ValidationFailed.on("cursor", "Send a page or a cursor, not both.")
        return _cursor_page(listing, order, query["cursor"], query.get("sort"), size)
    return _numbered_page(listing, order, query, size)


def _size(query: Mapping[str, Any]) -> int:
    return query.get("page_size") or query.get("per_page") or DEFAULT_PAGE_SIZE


def _cursor_page(
    listing: Listing, order: list[Any], cursor: str, sort: str | None, size: int
) -> Page:
    statement = listing.statement
    if cursor:
        values = _read_cursor(cursor, sort, order)
        if listing.is_known is not None and not listing.is_known(values):
            raise ValidationFailed.on("cursor", "No place in this list any more: begin anew.")
        statement = statement.where(_after(order, values))
    rows = _rows(statement, order, size + 1)
    return Page(rows[:size], _next_cursor(rows, order, sort, size, listing.is_feed))


def _numbered_page(listing: Listing, order: list[Any], query: dict[str, Any], size: int) -> Page:
    page = query.get("page", 1)
    if page * size > PAGED_ROWS:
        raise UseCursor(details={"page": [UseCursor.message]})
    rows = _rows(listing.statement.offset((page - 1) * size), order, size + 1)
    total, is_exact = _count(listing.statement, order, is_exact=query.get("count") == "exact")
    numbers = {
        "total": total,
        "page": page,
        "page_size": size,
        "total_pages": -(-total // size),
    }
    if not is_exact:
        numbers["total_exact"] = False
    cursor = _next_cursor(rows, order, query.get("sort"), size, listing.is_feed)
    return Page(rows[:size], cursor, numbers)


def _rows(statement: Select[Any], order: list[Any], limit: int) -> Sequence[Any]:
    return db.session.scalars(statement.order_by(*_clauses(order)).limit(limit)).all()


def _clauses(order: list[Any]) -> list[Any]:
    return [column.desc() if is_down else column.asc() for _, column, is_down in order]


def _count(statement: Select[Any], order: list[Any], *, is_exact: bool) -> tuple[int, bool]:
    """The number of rows, and whether it is exact: counting stops above COUNTED_ROWS.

    It counts along the page's own order, and so off the same index: for a list that holds most of
    a table PostgreSQL would rather read the table from its beginning, which may be others' rows.
    """
    ids = statement.order_by(None)
    if not is_exact:
        ids = ids.order_by(*_clauses(order)).limit(COUNTED_ROWS + 1)
    counted = select(func.count()).select_from(ids.subquery())
    options = statement.get_execution_options()
    total = db.session.scalar(counted.execution_options(**options)) or 0
    if not is_exact and total > COUNTED_ROWS:
        return COUNTED_ROWS, False
    return total, True


def _after(order: list[Any], values: list[Any]) -> ColumnElement[bool]:
    """Rows that come after `values` in the order: (a > x) or (a = x and b > y) or …"""
    # Of a bare True SQLAlchemy thinks that nothing can be more or less.
    values = [literal(v, column.type) for v, (_, column, _) in zip(values, order, strict=True)]
    directions = {is_down for _, _, is_down in order}
    if len(directions) == 1:
        # Both databases read such a comparison off an index, also where many rows share `a`.
        columns, place = tuple_(*(column for _, column, _ in order)), tuple_(*values)
        return columns < place if directions == {True} else columns > place
    alternatives = []
    for position, (_, column, is_down) in enumerate(order):
        equal = [order[i][1] == values[i] for i in range(position)]
        beyond = column < values[position] if is_down else column > values[position]
        alternatives.append(and_(*equal, beyond))
    # The first column alone bounds the index scan; the alternatives alone would not.
    _, first, is_down = order[0]
    bound = first <= values[0] if is_down else first >= values[0]
    return and_(bound, or_(*alternatives))


def _next_cursor(
    rows: Sequence[Any], order: list[Any], sort: str | None, size: int, is_feed: bool
) -> str | None:
    if not rows or (len(rows) <= size and not is_feed):
        return None
    last = rows[:size][-1]
    values = [_plain(getattr(last, column.key)) for _, column, _ in order]
    return base64.urlsafe_b64encode(strict_json.dumps([sort, values])).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return {"t": clock.to_wire(value)} if isinstance(value, datetime) else value


def _read_cursor(cursor: str, sort: str | None, order: list[Any]) -> list[Any]:
    problem = ValidationFailed.on("cursor", "Not a cursor of this list and sort.")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        kept_sort, values = strict_json.loads(raw)
        known = [clock.parse_wire(v["t"]) if isinstance(v, dict) else v for v in values]
    except (binascii.Error, ValueError, TypeError, KeyError) as exc:
        raise problem from exc
    kinds = [column.type.python_type for _, column, _ in order]
    # A bool is an int to Python, and PostgreSQL compares it with no number.
    fits = len(known) == len(kinds) and all(
        isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        for value, kind in zip(known, kinds, strict=True)
    )
    if kept_sort != sort or not fits:
        raise problem
    return known
