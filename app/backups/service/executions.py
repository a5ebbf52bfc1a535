"""Executions as they are read: lists, one, and its log."""

from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob, Execution, ExecutionLog
from app.backups.values import BACKUP
from app.core.db import db
from app.core.models import get_row
from app.core.pagination import Listing, Ordering, equal

ORDERING = Ordering(
    key=Execution.id,
    columns={
        "id": Execution.id,
        "execution_date": Execution.execution_date,
        "created_at": Execution.created_at,
    },
    default="-execution_date",
)


def list_executions(job_id: int, query: dict[str, Any]) -> Listing:
    """A job's executions, newest first; backups unless another kind is asked for.

    Raises NotFound.
    """
    get_row(BackupJob, job_id)
    statement = select(Execution).where(Execution.job_id == job_id)
    statement = equal(statement, Execution, query, ("trigger",))
    kind = query.get("kind", BACKUP)
    if kind != "all":
        statement = statement.where(Execution.kind == kind)
    if "result" in query:
        statement = statement.where(Execution.status == query["result"])
    if "from_" in query:
        statement = statement.where(Execution.execution_date >= query["from_"])
    if "to" in query:
        statement = statement.where(Execution.execution_date < query["to"])
    return Listing(statement, ORDERING)


def get_execution(execution_id: int) -> Execution:
    """Raises NotFound."""
    return get_row(Execution, execution_id)


def read_log(execution_id: int) -> str:
    """The log as text, with a line where its middle fell out. Raises NotFound."""
    get_row(Execution, execution_id)
    log = db.session.scalars(
        select(ExecutionLog).where(ExecutionLog.execution_id == execution_id)
    ).one_or_none()
    if log is None:
        return ""
    if not log.dropped_bytes:
        return log.head + log.tail
    return f"{log.head}\n[… {log.dropped_bytes} bytes left out …]\n{log.tail}"
