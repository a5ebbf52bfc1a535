"""The session: models and Core statements share its one connection, taken when first needed."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import flask_sqlalchemy.session
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import SessionTransaction

from app.core import transactions

reads_only: ContextVar[bool] = ContextVar("db_read_only", default=False)


class Session(flask_sqlalchemy.session.Session):
    """An ORM session over a connection of its own, which Core statements use without it.

    A transaction that touches no model spares all that the ORM does around one; and on
    PostgreSQL one that only reads needs no BEGIN and no COMMIT: each of its statements sees what
    is committed when it begins, as it would within READ COMMITTED.
    """

    # What writes what waits; it is told whether the transaction ends with that.
    send_waiting: "Callable[[Session, bool], None]"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting: dict[Any, Any] = {}
        self._held: Connection | None = None
        # Whose rows PostgreSQL shows; told by `show`.
        self.whose: str | None = None

    def held(self) -> Connection:
        """The connection of this transaction."""
        if self._held is None:
            self._held = self._db.engine.connect()
            if self._held.dialect.name != "postgresql":
                self._held.begin()
            else:
                if not reads_only.get():
                    transactions.start(self._held)
                transactions.show(self._held, self.whose)
        return self._held

    def show(self, whose: str | None) -> None:
        """Let PostgreSQL show a tenant's rows, or EVERY tenant's; before, it shows none."""
        self.whose = whose
        held = self._held
        # One that was cut has nothing to show, and is thrown away with its transaction.
        if held is None or held.invalidated or held.dialect.name != "postgresql":
            return
        transactions.show(held, whose)

    def see_one_moment(self) -> None:
        """Let all that is read from here on be as it was when the first of it was read.

        To be called before anything else. SQLite's transactions are like that anyway.
        """
        connection = self.held()
        if connection.dialect.name == "postgresql":
            transactions.start(connection, transactions.BEGIN_STILL)

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Let the ORM join the transaction, whose commit and roll-back are ours."""
        return self.held()

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint; what waited stands before it, what waits later falls with it."""
        type(self).send_waiting(self, False)
        savepoint = super().begin_nested()
        # The ORM would set it with its own next statement, and miss what tables were told.
        self.connection()
        return savepoint

    def commit(self) -> None:
        """Flush, send what waits and commit; an error leaves the transaction to `rollback`."""
        if self.in_transaction():
            super().commit()
        if self.waiting:
            type(self).send_waiting(self, True)
        if self._held is not None:
            transactions.commit(self._held)
            if self._held.in_transaction():
                self._held.commit()
            self._let_go()

    def rollback(self) -> None:
        """Undo the transaction, and drop what waits to be sent."""
        self.waiting.clear()
        if self.in_transaction():
            super().rollback()
        self._let_go()

    def close(self) -> None:
        """Forget the rows, and undo what was not committed."""
        self.waiting.clear()
        super().close()
        self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()


@event.listens_for(Session, "before_commit")
def _send_before_a_savepoint_ends(session: Session) -> None:
    """What was told within a savepoint is refused within it too."""
    if session.in_nested_transaction():
        type(session).send_waiting(session, False)


@event.listens_for(Session, "after_soft_rollback")
def _drop_what_waits(session: Session, _transaction: SessionTransaction) -> None:
    """A savepoint that is undone takes with it what was to be written since."""
    session.waiting.clear()
    held = session._held
    if held is not None and not held.invalidated:
        transactions.tell_again(held)
