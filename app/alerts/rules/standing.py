"""Whether the trouble of an alert goes on, judged by what is known of its subject."""

from dataclasses import dataclass
from datetime import datetime

from app.alerts.values import JOB_DEACTIVATED, JOB_DELETED, RECOVERY
from app.backups.values import FAILED, MISSED, SUCCESS, WARNING
from app.events.values import (
    BACKUP_FAILED,
    BACKUP_MISSED,
    BACKUP_UNSCHEDULABLE,
    BACKUP_WARNED,
)

MANUAL = "manual"
_OF_RUNS = (BACKUP_FAILED, BACKUP_MISSED, BACKUP_WARNED, BACKUP_UNSCHEDULABLE)
_WELL = {
    BACKUP_FAILED: (SUCCESS, WARNING),
    BACKUP_MISSED: (SUCCESS, WARNING),
    BACKUP_WARNED: (SUCCESS,),
}
_ILL = {
    BACKUP_FAILED: (FAILED, MISSED),
    BACKUP_MISSED: (FAILED, MISSED),
    BACKUP_WARNED: (WARNING,),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A backup job, as far as its alerts are judged by it."""

    id: int
    is_deleted: bool
    is_active: bool
    last_result: str | None
    last_success_at: datetime | None
    next_run: datetime | None
    schedule_type: str
    runner: str | None
    storage_id: int | None


def ended_by(type_: str, job: Job | None) -> str | None:
    """What puts an end to a job's alert of this type; None while its trouble goes on.

    A job that is switched off has no runs that could be missing; what it has stored is still
    verified and judged.
    """
    if job is None or job.is_deleted:
        return JOB_DELETED
    if type_ not in _OF_RUNS:
        return None
    if not job.is_active:
        return JOB_DEACTIVATED
    if type_ == BACKUP_UNSCHEDULABLE:
        is_planned = job.next_run is not None or job.schedule_type == MANUAL
        return RECOVERY if is_planned else None
    return RECOVERY if job.last_result in _WELL[type_] else None


def is_still_true(type_: str, job: Job | None, occurred_at: datetime) -> bool:
    """Whether an old event of a job's run tells of what is wrong with it now."""
    if job is None or ended_by(type_, job) is not None:
        return False
    if type_ not in _ILL:
        return True
    is_overcome = job.last_success_at is not None and job.last_success_at >= occurred_at
    return job.last_result in _ILL[type_] and not (is_overcome and type_ != BACKUP_WARNED)
