"""What models share: keys, times, versions, soft deletion, and how one row is fetched."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import ColumnElement, Index, Integer, select, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.core import clock
from app.core.db import Base, BigId, UtcDateTime, db
from app.core.errors import NotFound, PreconditionFailed


class Row:
    """A row with an id that is never given out twice."""

    __table_args__: Any = {"sqlite_autoincrement": True}
    label: ClassVar[str] = "thing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-10)


class Timed:
    """A row that knows when it was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.utcnow)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=clock.utcnow, onupdate=clock.utcnow
    )


class Versioned:
    """A row whose `version` rises with every change through the ORM: the ETag."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class SoftDeleted:
    """A row that is marked deleted, so that history stays readable."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Model = TypeVar("Model", bound=Base)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index, on either database, over the rows that `where` holds for."""
    held = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=held, sqlite_where=held)


def defaults_of(model: type[Base]) -> dict[str, Any]:
    """The fixed defaults of a model's columns by their names; not those made for each row."""
    columns = model.__table__.columns
    return {
        column.name: column.default.arg
        for column in columns
        if column.default is not None and column.default.is_scalar
    }


def live(model: type[SoftDeleted]) -> ColumnElement[bool]:
    """The condition that a row was not deleted."""
    return model.deleted_at.is_(None)


def find_row(model: type[Model], row_id: int, *, for_change: bool = False) -> Model | None:
    """The caller's tenant's row, deleted ones left out; locked until the commit `for_change`."""
    columns: Any = model
    statement = select(model).where(columns.id == row_id)
    if issubclass(columns, SoftDeleted):
        statement = statement.where(live(columns))
    if for_change:
        # SQLite has no row locks and needs none: a writing transaction begins IMMEDIATE.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_row(
    model: type[Model],
    row_id: int,
    *,
    for_change: bool = False,
    expected_version: int | None = None,
) -> Model:
    """As `find_row`, but raises NotFound, and PreconditionFailed when the version is another."""
    row = find_row(model, row_id, for_change=for_change)
    if row is None:
        label = getattr(model, "label", "thing")
        raise NotFound(f"There is no {label} with this id.", details={"id": row_id})
    version = getattr(row, "version", None)
    if expected_version is not None and version != expected_version:
        raise PreconditionFailed(details={"version": version})
    return row
