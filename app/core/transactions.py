"""Transactions of PostgreSQL that cost no round trip of their own.

The driver sends BEGIN before a transaction's first statement and COMMIT after its last, each by
itself. The engine's isolation level, AUTOCOMMIT, keeps it from that: here BEGIN rides in front of
the first statement and, where it is known beforehand, COMMIT behind the last one. What only reads
has neither: within READ COMMITTED each statement sees what is committed when it begins anyway.

Whose rows it may see rides there too, for the policies of row-level security, and ends with the
transaction: the next one on this connection may be another tenant's.
https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import Pool

# What the policies ask, see `row_security`: a tenant's id, or EVERY.
SETTING = "holdfast.tenant"
# Instead of a tenant's id: nobody in particular asks, but the system for all of them.
EVERY = "every"
_STATE = "transaction"
_TO_BEGIN = "to begin"
_BEGUN = "begun"
_HOW = "transaction_begins"
_WHOSE = "whose_rows"
_TOLD = "whose_rows_told"
# Every statement sees what was committed when the first one began.
BEGIN_STILL = "BEGIN ISOLATION LEVEL REPEATABLE READ"


def start(connection: Connection, how: str = "BEGIN") -> None:
    """Let what this connection does from here on be one transaction."""
    connection.info[_STATE] = _TO_BEGIN
    connection.info[_HOW] = how


def show(connection: Connection, whose: str | None) -> None:
    """Let what this connection does from here on see these rows, a tenant's or EVERY tenant's."""
    connection.info[_WHOSE] = whose


def tell_again(connection: Connection) -> None:
    """A savepoint that was undone took with it whose rows were shown since."""
    connection.info.pop(_TOLD, None)


def first(connection: Connection, text: str) -> str:
    """The statement, with what its transaction begins with in front where it is the first.

    Outside a transaction each statement is one of its own, and so each is the first.
    """
    info = connection.info
    state, whose = info.get(_STATE), info.get(_WHOSE)
    if state == _BEGUN and info.get(_TOLD) == whose:
        return text
    begin = f"{info[_HOW]}; " if state == _TO_BEGIN else ""
    if state is not None:
        info[_STATE], info[_TOLD] = _BEGUN, whose
    tell = f"SET LOCAL {SETTING} = '{whose}'; " if whose else ""
    return f"{begin}{tell}{text}"


def last(connection: Connection, text: str) -> str:
    """The statement, as `first`, with COMMIT behind it; when it fails nothing is committed."""
    text = first(connection, text)
    return f"{text}; COMMIT" if connection.info.pop(_STATE, None) else text


def commit(connection: Connection) -> None:
    """Commit what has begun; nobody's rows are seen after it."""
    connection.info.pop(_WHOSE, None)
    if connection.info.pop(_STATE, None) == _BEGUN:
        connection.exec_driver_sql("COMMIT")


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _begin(
    connection: Connection,
    cursor: Any,
    text: str,
    parameters: Any,
    _context: Any,
    is_many: bool,
) -> tuple[str, Any]:
    if is_many and connection.info.get(_STATE) == _TO_BEGIN:
        # In front of a statement that runs many times it would begin as often.
        cursor.execute(first(connection, ""))
    return first(connection, text), parameters


@event.listens_for(Pool, "reset")
def _undo(dbapi_connection: Any, record: Any, _state: Any) -> None:
    """The driver knows nothing of our BEGIN, so its roll-back would leave it open."""
    for key in (_STATE, _WHOSE):
        record.info.pop(key, None)
    status = getattr(dbapi_connection, "get_transaction_status", None)
    if status is not None and not dbapi_connection.closed and status() != TRANSACTION_STATUS_IDLE:
        with dbapi_connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
