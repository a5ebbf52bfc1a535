"""The database: one declarative base, one session an actor, one place that commits."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

import psycopg2
from flask.globals import app_ctx
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Engine, Integer, MetaData, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from app.core.logging import get_logger
from app.core.session import Session, reads_only

log = get_logger("db")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives ids out again unless the key is an INTEGER with AUTOINCREMENT, and cursors would lie.
BigId = BigInteger().with_variant(Integer(), "sqlite")

PING_AFTER_SECONDS = 1.0

_scope: ContextVar["_Scope | None"] = ContextVar("db_scope", default=None)


class Base(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)


class _Scope:
    """A transaction of its own, in the application context that it was opened in."""

    def __init__(self) -> None:
        self.context = _context()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: kept in UTC, aware on the way in and out (SQLite drops time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """A decorated type calls itself an `object`, which every value is."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _session_scope() -> int:
    """Sessions live as long as the application context, or as a transaction of their own.

    A context pushed inside a transaction has a session of its own: its end must not close ours.
    """
    own, context = _scope.get(), _context()
    return id(context if own is None or own.context is not context else own)


def _context() -> object:
    context: object = app_ctx._get_current_object()  # type: ignore[attr-defined]
    return context


db = SQLAlchemy(
    metadata=Base.metadata,
    # An error's text goes to the log, and a statement's parameters may be secrets.
    engine_options={"hide_parameters": True},
    session_options={
        "class_": Session,
        "autoflush": False,
        "expire_on_commit": False,
        "scopefunc": _session_scope,
    },
)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver's own BEGIN comes late and deferred; ours is in _begin_sqlite.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        # WAL's habit is to lose the last commits with the power; a 2xx here is a promise.
        connection.execute("PRAGMA synchronous=FULL")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A deferred transaction that reads and then writes gets SQLITE_BUSY whatever the time-out."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reads_only.get() else "BEGIN IMMEDIATE")


@event.listens_for(Pool, "checkin")
def _note_idle(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ping_after_a_pause(connection: Any, record: Any, _proxy: Any) -> None:
    """Find a server's restart before a request does: a script may not send its status again.

    A connection that was used within the last second is believed; a ping for each request
    would cost it a round trip.
    """
    idle_since = record.info.get("idle_since", math.inf)
    is_local = isinstance(connection, sqlite3.Connection)
    if is_local or time.monotonic() - idle_since < PING_AFTER_SECONDS:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg2.Error as exc:
        raise InvalidatePoolError("The connection was cut.") from exc


def current_session() -> Session:
    """The session of the current scope."""
    return cast(Session, db.session())


def insert_or_update(table: Any) -> Any:
    """An INSERT of this database's dialect, which knows `on_conflict_do_…`."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def hold(name: str) -> None:
    """Let no other transaction past this name until this one ends.

    SQLite needs nothing for it: a writing transaction there is alone from its beginning.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def try_to_hold(name: str) -> bool:
    """As `hold`, but gives False at once where another transaction is past this name."""
    if db.engine.dialect.name != "postgresql":
        return True
    held = func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))
    return bool(db.session.scalar(select(held)))


def mark_read_only(is_read_only: bool) -> None:
    """Say that what follows in this context only reads, so that SQLite takes no write lock."""
    reads_only.set(is_read_only)


def see_one_moment() -> None:
    """Let everything that this transaction reads be of one moment; to be called first in it."""
    current_session().see_one_moment()


def after_commit(call: Callable[[], None]) -> None:
    """Hand work over only once this transaction is committed; dropped when it rolls back."""
    db.session().info.setdefault("after_commit", []).append(call)


def commit() -> None:
    """The one commit: then what was waiting for it runs.

    The change stands by then, so a call that fails is logged, and the others have their turn.
    """
    session = current_session()
    session.commit()
    for call in session.info.pop("after_commit", []):
        try:
            call()
        except Exception as error:
            log.error("after_commit_failed", exc_info=error)


def rollback() -> None:
    session = current_session()
    session.info.pop("after_commit", None)
    session.rollback()


def release() -> None:
    """End the transaction and give the connection back, before a view waits or calls out."""
    commit()
    current_session().close()


@contextmanager
def transaction(*, read_only: bool = False) -> Iterator[Session]:
    """A session and a transaction of its own: committed at the end, rolled back on any exception.

    Inside, `db.session` is the new session. It has no tenant until one is named.
    """
    scope = _scope.set(_Scope())
    mode = reads_only.set(read_only)
    try:
        yield current_session()
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        db.session.remove()
        reads_only.reset(mode)
        _scope.reset(scope)
