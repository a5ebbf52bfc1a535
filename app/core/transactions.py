"""Transactions of PostgreSQL that cost no round trip of their own.

The driver sends BEGIN before a transaction's first statement and COMMIT after its last, each by
itself. The engine's isolation level, AUTOCOMMIT, keeps it from that: here BEGIN rides in front of
the first statement and, where it is known beforehand, COMMIT behind the last one. What only reads
has neither: within READ COMMITTED each statement sees what is committed when it begins anyway.
"""

from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import Pool

_STATE = "transaction"
_TO_BEGIN = "to begin"
_BEGUN = "begun"
_HOW = "transaction_begins"
# Every statement sees what was committed when the first one began.
BEGIN_STILL = "BEGIN ISOLATION LEVEL REPEATABLE READ"


def start(connection: Connection, how: str = "BEGIN") -> None:
    """Let what this connection does from here on be one transaction."""
    connection.info[_STATE] = _TO_BEGIN
    connection.info[_HOW] = how


def first(connection: Connection, text: str) -> str:
    """The statement, with BEGIN in front where it is its transaction's first."""
    if connection.info.get(_STATE) != _TO_BEGIN:
        return text
    connection.info[_STATE] = _BEGUN
    return f"{connection.info[_HOW]}; {text}"


def last(connection: Connection, text: str) -> str:
    """The statement, as `first`, with COMMIT behind it; when it fails nothing is committed."""
    if _STATE not in connection.info:
        return text
    text = first(connection, text)
    del connection.info[_STATE]
    return f"{text}; COMMIT"


def commit(connection: Connection) -> None:
    """Commit what has begun."""
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
    record.info.pop(_STATE, None)
    status = getattr(dbapi_connection, "get_transaction_status", None)
    if status is not None and not dbapi_connection.closed and status() != TRANSACTION_STATUS_IDLE:
        with dbapi_connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
