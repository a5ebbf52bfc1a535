"""Compliance as it is shown: what was assessed last, never assessed by reading."""

from collections import Counter
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.backups.models import BackupJob
from app.compliance.models import ComplianceChange, ComplianceState
from app.compliance.rules import Evidence, assess
from app.compliance.service.assessing import assess_jobs, policy_of_tenant
from app.compliance.values import DIGITS, NOTHING_KNOWN, STATUSES, UNKNOWN
from app.core.db import db
from app.core.models import get_row, live
from app.core.pagination import Listing, Ordering, equal

ORDERING = Ordering(
    key=ComplianceState.id,
    columns={"id": ComplianceState.id, "backup_id": ComplianceState.job_id},
    default="backup_id",
)
HISTORY = Ordering(key=ComplianceChange.id, columns={"id": ComplianceChange.id}, default="-id")


def list_states(query: dict[str, Any]) -> Listing:
    """How the tenant's jobs stand; one that is seconds old may not be there yet."""
    name = selectinload(ComplianceState.job).load_only(BackupJob.name)
    statement = (
        select(ComplianceState)
        .join(BackupJob, BackupJob.id == ComplianceState.job_id)
        .where(live(BackupJob))
        .options(name.lazyload(BackupJob.tag_rows))
    )
    return Listing(equal(statement, ComplianceState, query, ("status",)), ORDERING)


def get_state(job_id: int) -> Any:
    """How a job stood when it was last assessed: unknown in the seconds before the first time.

    Raises NotFound.
    """
    job = get_row(BackupJob, job_id)
    state = db.session.scalars(
        select(ComplianceState).where(ComplianceState.job_id == job_id)
    ).one_or_none()
    shown = {"backup_id": job.id, "name": job.name}
    if state is None:
        nothing = assess(Evidence(), policy_of_tenant(), job.created_at)
        kept = {"status": nothing.status, "digits": nothing.wire()}
        return SimpleNamespace(**shown, **kept, checked_at=None, violated_at=None)
    kept = {
        name: getattr(state, name) for name in ("status", "digits", "checked_at", "violated_at")
    }
    return SimpleNamespace(**shown, **kept)


def check(job_id: int, now: datetime) -> Any:
    """Assess a job now, and give how it stands. Raises NotFound."""
    get_row(BackupJob, job_id)
    assess_jobs([job_id], now)
    return get_state(job_id)


def list_changes(job_id: int) -> Listing:
    """Each change of a job's status or of one of its digits. Raises NotFound."""
    get_row(BackupJob, job_id)
    changes = select(ComplianceChange).where(ComplianceChange.job_id == job_id)
    return Listing(changes, HISTORY)


def summarise() -> dict[str, Any]:
    """How many of the tenant's jobs stand how, by status and by digit: one query."""
    rows = db.session.execute(
        select(ComplianceState.status, ComplianceState.outcome, func.count())
        .select_from(BackupJob)
        .outerjoin(ComplianceState, ComplianceState.job_id == BackupJob.id)
        .where(live(BackupJob))
        .group_by(ComplianceState.status, ComplianceState.outcome)
    )
    statuses: Counter[str] = Counter()
    letters: Counter[tuple[str, str]] = Counter()
    for status, outcome, count in rows:
        statuses[status or UNKNOWN] += count
        for digit, letter in zip(DIGITS, outcome or NOTHING_KNOWN, strict=True):
            letters[digit, letter] += count
    return {
        "total": statuses.total(),
        "by_status": {status: statuses[status] for status in STATUSES},
        "by_failing_digit": {digit: letters[digit, "f"] for digit in DIGITS},
        "by_unknown_digit": {digit: letters[digit, "n"] for digit in DIGITS},
    }
