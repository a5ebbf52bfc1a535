"""Verifying the chains: what was done to rows behind the back of the application."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.audit.models import AuditChain, AuditRow
from app.audit.rules import FIRST, SEALED, seal_of
from app.audit.service.sealing import chain_of
from app.core.db import db
from app.core.tenancy import unscoped

_ROWS: Any = AuditRow.__table__
_CHAINS: Any = AuditChain.__table__
_COLUMNS = (*(_ROWS.c[name] for name in SEALED), _ROWS.c.hash)
BATCH = 2_000


@dataclass
class Report:
    """What was found of one chain; `problems` is empty when all is well."""

    number: int
    sealed: int = 0
    unsealed: int = 0
    last_hash: str = FIRST
    problems: list[str] = field(default_factory=list)


def list_chains() -> list[int]:
    """The numbers of the chains that there are, also of those that are not begun yet."""
    with unscoped(read_only=True):
        begun = db.session.scalars(select(_CHAINS.c.number)).all()
        tenants = db.session.scalars(select(_ROWS.c.tenant_id).distinct()).all()
    return sorted({*begun, *map(chain_of, tenants)})


def verify(number: int, noted: tuple[int, str] | None = None) -> Report:
    """Go through a chain from its first row to its end; costs a look at each of its rows.

    Whoever can write to the database could seal a whole chain anew. `noted` is a place and its
    hash that somebody kept elsewhere, which then no longer fits. What the sealer adds meanwhile
    is left out.
    """
    report = Report(number)
    with unscoped(read_only=True):
        end = _end_of(number)
        _walk(report, end)
        _look_behind(report)
        if noted is not None:
            _compare(report, noted)
        report.unsealed = _count(number, _ROWS.c.position.is_(None))
    return report


def _walk(report: Report, end: tuple[int, str] | None) -> None:
    length, last_hash = end or (0, FIRST)
    expected, previous = 1, FIRST
    for row in _rows(report.number, length):
        position = row["position"]
        if position > expected:
            report.problems.append(
                f"{_missing(expected, position - 1)}, before row {row['id']}: taken out"
            )
        elif seal_of(row, previous) != row["hash"]:
            report.problems.append(
                f"row {row['id']} (place {position}): changed, moved or put in after it was sealed"
            )
        report.sealed += 1
        expected, previous = position + 1, row["hash"]
    if expected <= length:
        report.problems.append(f"{_missing(expected, length)}, at the end: cut off")
    elif previous != last_hash:
        report.problems.append(f"the end (place {length}) is not the one that was sealed last")
    report.last_hash = last_hash


def _look_behind(report: Report) -> None:
    """Rows behind the end as it is now: the sealer moves the end together with its rows."""
    end = select(_CHAINS.c.length).where(_CHAINS.c.number == report.number).scalar_subquery()
    behind = (
        select(_ROWS.c.id, _ROWS.c.position)
        .where(_is_in(report.number), _ROWS.c.position > func.coalesce(end, 0))
        .order_by(_ROWS.c.position)
        .limit(10)
    )
    for row_id, position in db.session.execute(behind):
        report.problems.append(f"row {row_id} (place {position}): put in behind the end")


def _compare(report: Report, noted: tuple[int, str]) -> None:
    position, noted_hash = noted
    at_place = select(_ROWS.c.hash).where(_is_in(report.number), _ROWS.c.position == position)
    found = db.session.scalars(at_place).first()
    if found != noted_hash:
        report.problems.append(f"place {position} has another hash than the one that was noted")


def _rows(number: int, length: int) -> Iterator[Any]:
    """The sealed rows up to the end, in their order."""
    last = 0
    while True:
        batch = (
            select(*_COLUMNS)
            .where(_is_in(number), _ROWS.c.position > last, _ROWS.c.position <= length)
            .order_by(_ROWS.c.position, _ROWS.c.id)
            .limit(BATCH)
        )
        rows = db.session.execute(batch).mappings().all()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1]["position"]


def _end_of(number: int) -> tuple[int, str] | None:
    columns = select(_CHAINS.c.length, _CHAINS.c.last_hash)
    row = db.session.execute(columns.where(_CHAINS.c.number == number)).one_or_none()
    return (row[0], row[1]) if row else None


def _count(number: int, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(_ROWS).where(_is_in(number), condition)
    return db.session.scalar(counted) or 0


def _is_in(number: int) -> ColumnElement[bool]:
    tenant_id = _ROWS.c.tenant_id
    own: ColumnElement[bool] = tenant_id == number if number else tenant_id.is_(None)
    return own


def _missing(first: int, last: int) -> str:
    return f"place {first}" if first == last else f"places {first} to {last}"
