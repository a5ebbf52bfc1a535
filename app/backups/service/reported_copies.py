"""Copies that others keep and only tell of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from app.backups.models import BackupCopy, BackupJob
from app.backups.service import copies
from app.backups.values import SUCCESS, WARNING
from app.core.db import db
from app.core.tenancy import execute_named

_COPIES: Any = BackupCopy.__table__
_WENT_WELL = (SUCCESS, WARNING)


@dataclass(frozen=True)
class ReportedCopy:
    """What was told of a copy as of `at`; None for what was not told.

    `is_dated` says that `at` was sent rather than taken from the clock.
    """

    status: str | None
    size_bytes: int | None
    at: datetime
    is_dated: bool


def find_copy(copy_id: int) -> tuple[BackupCopy, str] | None:
    """The tenant's copy and its job's time zone; None for a copy of a deleted job too."""
    row = db.session.execute(
        select(BackupCopy, BackupJob.timezone)
        .join(BackupJob, BackupJob.id == BackupCopy.job_id)
        .where(BackupCopy.id == copy_id, BackupJob.deleted_at.is_(None))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def note_copy(copy: BackupCopy, told: ReportedCopy, now: datetime) -> str:
    """Keep what was told of a copy, and give the status that then stands.

    One UPDATE that a newer report has not overtaken; the copy's version stays as it is.
    """
    values: dict[str, Any] = {"updated_at": now}
    if told.status is not None:
        values["status"] = told.status
    if told.size_bytes is not None:
        values["last_backup_size_bytes"] = told.size_bytes
    if told.is_dated or told.status in _WENT_WELL:
        values["last_backup_at"] = told.at
    changed = execute_named(
        update(_COPIES)
        .where(
            _COPIES.c.id == copy.id,
            or_(_COPIES.c.last_backup_at.is_(None), _COPIES.c.last_backup_at <= told.at),
        )
        .values(**values),
        tenant_id=copy.tenant_id,
        table=_COPIES,
    )
    if changed.rowcount != 1:
        return copy.status
    copies.tell_change(copy, "reported on", now)
    return told.status or copy.status
