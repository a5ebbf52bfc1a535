"""The moves of a verification from one status to the next, each one UPDATE."""

from typing import Any

from sqlalchemy import select, update

from app.backups.models import BackupJob
from app.core.db import db
from app.core.tenancy import execute_named
from app.verification.models import Verification

TABLE: Any = Verification.__table__


def lock_job(job_id: int) -> None:
    """The job before its verifications, as whoever queues one does."""
    db.session.execute(
        select(BackupJob.id).where(BackupJob.id == job_id).with_for_update(key_share=True)
    )


def move(row_id: int, tenant_id: int, leaves: str, *conditions: Any, **values: Any) -> bool:
    """Set these columns if the verification is still in the state that it is to leave."""
    result = execute_named(
        update(TABLE)
        .where(TABLE.c.id == row_id, TABLE.c.status == leaves, *conditions)
        .values(**values),
        tenant_id=tenant_id,
        table=TABLE,
    )
    return bool(result.rowcount == 1)
