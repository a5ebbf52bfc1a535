"""The moves of an execution from one status to the next.

Every move is one UPDATE that names the state it leaves; its row count says who made it.
"""

from typing import Any

from sqlalchemy import select, update

from app.backups.models import BackupJob, Execution
from app.core.db import db
from app.core.tenancy import execute_named

TABLE: Any = Execution.__table__
NO_PROGRESS = {
    "progress_fraction": None,
    "bytes_done": None,
    "bytes_total": None,
    "files_done": None,
    "files_total": None,
}


def lock_job(execution: Execution) -> None:
    """The job before its executions, as `queue_run` does: the other order deadlocks with it."""
    db.session.execute(
        select(BackupJob.id).where(BackupJob.id == execution.job_id).with_for_update(key_share=True)
    )


def move(execution_id: int, tenant_id: int, leaves: str, *conditions: Any, **values: Any) -> bool:
    """Set these columns if the execution is still in the state that it is to leave."""
    result = execute_named(
        update(TABLE)
        .where(TABLE.c.id == execution_id, TABLE.c.status == leaves, *conditions)
        .values(**values),
        tenant_id=tenant_id,
        table=TABLE,
    )
    return bool(result.rowcount == 1)
