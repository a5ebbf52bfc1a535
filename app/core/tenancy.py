"""Tenancy, once: every row of business data belongs to one tenant, whatever a query forgot.

PostgreSQL is told the tenant too, and keeps to it by itself: `row_security`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Table, event, inspect
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql import Delete, Insert, Select, Update
from sqlalchemy.sql.expression import TextClause, TextualSelect
from sqlalchemy.sql.util import find_tables

from app.core.db import BigId, current_session, db, transaction
from app.core.transactions import EVERY

Statement = TypeVar("Statement", Select[Any], Update, Delete)

_TENANT = "tenant_id"
_UNSCOPED = "unscoped"
_NAMED = "tenant_named"


class TenantNotNamed(RuntimeError):
    """A query over tenants' rows ran without saying whose."""


class TenantFiltered:
    """A model whose rows are filtered on every statement; who makes a row says whose it is."""

    @declared_attr
    def tenant_id(cls) -> Mapped[Any]:
        return mapped_column(BigId, ForeignKey("tenants.id"))


class TenantScoped(TenantFiltered):
    """A model whose rows belong to one tenant: stamped on flush, filtered on every statement."""

    @declared_attr
    def tenant_id(cls) -> Mapped[int]:
        return mapped_column(BigId, ForeignKey("tenants.id"))


def enter(tenant_id: int) -> None:
    """Bind the current session to one tenant, for its whole life.

    A session that has read one tenant's rows never serves another: `session.get` would hand
    them out of its identity map.
    """
    session = current_session()
    if session.info.get(_TENANT, tenant_id) != tenant_id:
        raise TenantNotNamed("This session already belongs to another tenant.")
    session.info[_TENANT] = tenant_id
    session.show(str(tenant_id))


def enter_unscoped() -> None:
    """Let the current session see every tenant: a public operation has no caller yet."""
    session = current_session()
    session.info[_UNSCOPED] = True
    session.show(EVERY)


@contextmanager
def as_tenant(tenant_id: int, *, read_only: bool = False) -> Iterator[Session]:
    """A transaction of its own inside one tenant."""
    with transaction(read_only=read_only) as session:
        enter(tenant_id)
        yield session


@contextmanager
def unscoped(*, read_only: bool = False) -> Iterator[Session]:
    """A transaction of its own that sees every tenant: sign-in, sweepers, platform work."""
    with transaction(read_only=read_only) as session:
        enter_unscoped()
        yield session


def show_tenant(tenant_id: int) -> None:
    """Let PostgreSQL show this session the rows of another of the caller's tenants."""
    current_session().show(str(tenant_id))


def show_every_tenant() -> None:
    """Let PostgreSQL show this session every tenant's rows: its statements name whose they mean."""
    current_session().show(EVERY)


@contextmanager
def showing_every_tenant() -> Iterator[None]:
    """As `show_every_tenant`, for what is sent in here."""
    session = current_session()
    whose = session.whose
    session.show(EVERY)
    try:
        yield
    finally:
        session.show(whose)


def current_tenant_id() -> int:
    """The tenant of the current session; raises TenantNotNamed when it has none."""
    tenant_id = db.session().info.get(_TENANT)
    if tenant_id is None:
        raise TenantNotNamed("No tenant was named for this session.")
    return int(tenant_id)


def named(statement: Statement, table: Table, tenant_id: int) -> Statement:
    """A Core statement over one tenanted table, told whose rows it may touch."""
    scoped = statement.where(table.c.tenant_id == tenant_id)
    return scoped.execution_options(**{_NAMED: True})


def named_insert(statement: Insert, tenant_id: int) -> Insert:
    """A Core insert (its values not given yet as a list), told whose row it makes."""
    return statement.values(tenant_id=tenant_id).execution_options(**{_NAMED: True})


def execute_named(statement: Any, *, tenant_id: int, table: Table) -> CursorResult[Any]:
    """Run a Core statement over one tenanted table for one tenant."""
    if isinstance(statement, Insert):
        ready: Any = named_insert(statement, tenant_id)
    else:
        ready = named(statement, table, tenant_id)
    return db.session.execute(ready)  # type: ignore[return-value]


@event.listens_for(Session, "do_orm_execute")
def _filter_by_tenant(state: ORMExecuteState) -> None:
    info = state.session.info
    if info.get(_UNSCOPED) or state.execution_options.get(_NAMED):
        return
    tenant_id = info.get(_TENANT)
    if tenant_id is not None:
        _refuse_text(state)
    if not state.is_orm_statement:
        _refuse_unnamed_tables(state)
        return
    if state.is_column_load:
        return
    if tenant_id is None or not _takes_criteria(state):
        _refuse_unnamed_tables(state)
        return
    if state.is_update:
        _refuse_move(state)
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantFiltered, lambda cls: cls.tenant_id == tenant_id, include_aliases=True
        )
    )


def _takes_criteria(state: ORMExecuteState) -> bool:
    """Not an INSERT, nor an UPDATE that is given a list of rows by their keys."""
    return not (state.is_insert or (state.is_update and state.is_executemany))


def _refuse_move(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    if any(getattr(column, "key", column) == _TENANT for column in statement._values or ()):
        raise TenantNotNamed("Rows stay with their tenant.")


def _refuse_text(state: ORMExecuteState) -> None:
    """Nobody knows which tables a text reads."""
    statement: Any = state.statement
    if isinstance(getattr(statement, "element", statement), TextClause | TextualSelect):
        raise TenantNotNamed("A statement in plain text cannot be held to its tenant.")


def _refuse_unnamed_tables(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    tables = find_tables(statement, include_joins=True, include_selects=True, include_crud=True)
    for table in tables:
        if isinstance(table, Table) and _TENANT in table.c:
            raise TenantNotNamed(f"A statement over {table.name} did not name its tenant.")


@event.listens_for(Session, "before_flush")
def _stamp_tenant(session: Session, _context: Any, _instances: Any) -> None:
    tenant_id = session.info.get(_TENANT)
    for row in session.dirty:
        if isinstance(row, TenantFiltered) and inspect(row).attrs.tenant_id.history.has_changes():
            raise TenantNotNamed(f"A {type(row).__name__} stays with its tenant.")
    for row in session.new:
        if not isinstance(row, TenantScoped):
            continue
        given: int | None = row.tenant_id
        if given is None:
            if tenant_id is None:
                raise TenantNotNamed(f"A new {type(row).__name__} has no tenant.")
            row.tenant_id = tenant_id
        elif tenant_id is not None and given != tenant_id:
            raise TenantNotNamed(f"A new {type(row).__name__} belongs to another tenant.")
