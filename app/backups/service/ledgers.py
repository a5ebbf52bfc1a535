"""What a keeper keeps its facts in: the rows of an execution, or of other work on a repository."""

import socket
from typing import Any, Protocol

from sqlalchemy import select

from app.backups.models import Execution, ExecutionLog
from app.backups.service import runs
from app.core import clock
from app.core.db import db


class Ledger(Protocol):
    """A claimed row; every call but `name` is made inside a transaction of its tenant.

    `execution_id` and `reader_id` name the row among those that may hold a repository's lock:
    one of them is None.
    """

    name: str
    tenant_id: int
    execution_id: int | None
    reader_id: int | None

    def renew(self, lease_seconds: float, progress: dict[str, Any]) -> bool:
        """Keep the lease and write progress; False when the row is no longer the owner's."""

    def note_engine(self, pid: int, created_at: float) -> None:
        """Keep which process of this host does the work."""

    def is_cancelled(self) -> bool:
        """Say whether somebody asked for it to stop."""

    def read_log(self) -> str:
        """Give the log of the attempt before."""

    def write_log(self, head: str, tail: str, dropped_bytes: int) -> None:
        """Keep the log as it stands."""


class ExecutionLedger:
    """The rows of a claimed execution."""

    reader_id: int | None = None

    def __init__(self, execution: Execution) -> None:
        self.name = f"execution-{execution.id}"
        self.tenant_id = execution.tenant_id
        self.execution_id: int | None = execution.id
        self.id = execution.id
        self.owner = str(execution.lease_owner)

    def renew(self, lease_seconds: float, progress: dict[str, Any]) -> bool:
        return runs.renew(self.id, self.owner, clock.utcnow(), lease_seconds, progress)

    def note_engine(self, pid: int, created_at: float) -> None:
        runs.note_engine(self.id, self.owner, socket.gethostname(), pid, created_at)

    def is_cancelled(self) -> bool:
        asked = select(Execution.cancel_requested_at).where(Execution.id == self.id)
        return db.session.scalar(asked) is not None

    def read_log(self) -> str:
        earlier = db.session.get(ExecutionLog, self.id)
        return "" if earlier is None else earlier.head + earlier.tail

    def write_log(self, head: str, tail: str, dropped_bytes: int) -> None:
        row = db.session.get(ExecutionLog, self.id)
        if row is None:
            row = ExecutionLog(execution_id=self.id)
            db.session.add(row)
        row.head, row.tail, row.dropped_bytes = head, tail, dropped_bytes
        db.session.flush()
