"""Keeping the assessments in step: with what the event log tells, and with time itself."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import exists, or_, select

from app.backups.models import BackupCopy, BackupJob
from app.backups.values import BACKUP
from app.compliance.service.assessing import assess_jobs, look_again
from app.core.db import db
from app.core.logging import get_logger
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.events.service.following import Seen, follow
from app.events.values import BACKUP_STARTED, MONITORING_CHANGED, STORAGE_CHANGED
from app.verification.models import Verification

log = get_logger("compliance")
_JOBS: Any = BackupJob.__table__
FOLLOWER = "compliance"
# The kinds of events after which a job may stand otherwise; its own are not among them.
_TELLING = ("backup", "copy", "verification")
_CHUNK = 50
_BATCH = 500
BUDGET_SECONDS = 5.0
_TRY_AGAIN = timedelta(minutes=5)


def follow_events(now: datetime) -> int:
    """Assess each job that an event tells of, once a batch; gives how many events were seen."""
    return follow(FOLLOWER, partial(_take, now), now)


def check_due(now: datetime) -> int:
    """Assess the jobs whose outcome time alone may have changed, and new ones; gives how many."""
    give_up = time.monotonic() + BUDGET_SECONDS
    checked = 0
    while True:
        due = _due(now)
        for tenant_id, job_ids in due.items():
            _assess_all(tenant_id, job_ids, now)
        count = sum(map(len, due.values()))
        checked += count
        if count < _BATCH or time.monotonic() > give_up:
            return checked


def _take(now: datetime, batch: Sequence[Seen]) -> None:
    touched: dict[int, set[int]] = defaultdict(set)
    moved: dict[int, set[int]] = defaultdict(set)
    held_anew = {event.tenant_id for event in batch if _moves_the_bar(event)}
    for event in batch:
        if event.type == STORAGE_CHANGED and event.subject_id is not None:
            moved[event.tenant_id].add(event.subject_id)
        job_id = _job_of(event)
        if job_id is not None:
            touched[event.tenant_id].add(job_id)
    for tenant_id, provider_ids in moved.items():
        _look_at_storage(tenant_id, provider_ids, now)
    for tenant_id in held_anew:
        _look_at_verified(tenant_id, now)
    for tenant_id, job_ids in touched.items():
        _assess_all(tenant_id, job_ids, now)


def _moves_the_bar(event: Seen) -> bool:
    changed = event.data.get("changed", ())
    return event.type == MONITORING_CHANGED and "max_verification_age_days" in changed


def _job_of(event: Seen) -> int | None:
    kind = event.type.partition(".")[0]
    if kind not in _TELLING or event.type == BACKUP_STARTED:
        return None
    return event.subject_id if event.subject_type == BACKUP else event.data.get("job_id")


def _look_at_storage(tenant_id: int, provider_ids: Iterable[int], now: datetime) -> None:
    """Let every job with a copy there be due: they may be more than one batch should take."""
    with as_tenant(tenant_id):
        lying = select(BackupCopy.job_id).where(BackupCopy.storage_id.in_(provider_ids))
        look_again(db.session.scalars(lying.distinct()).all(), now)


def _look_at_verified(tenant_id: int, now: datetime) -> None:
    """Let every job that was ever verified be due: how long that counts has changed."""
    is_verified = exists().where(Verification.job_id == _JOBS.c.id)
    is_left = or_(_JOBS.c.compliance_check_at.is_(None), _JOBS.c.compliance_check_at > now)
    while True:
        with as_tenant(tenant_id):
            statement = select(_JOBS.c.id).where(is_verified, _JOBS.c.deleted_at.is_(None), is_left)
            found = execute_named(statement.limit(_BATCH), tenant_id=tenant_id, table=_JOBS)
            job_ids = found.scalars().all()
            look_again(job_ids, now)
        if len(job_ids) < _BATCH:
            return


def _due(now: datetime) -> dict[int, list[int]]:
    with unscoped(read_only=True):
        rows = db.session.execute(
            select(_JOBS.c.tenant_id, _JOBS.c.id)
            .where(_JOBS.c.compliance_check_at <= now, _JOBS.c.deleted_at.is_(None))
            .order_by(_JOBS.c.compliance_check_at)
            .limit(_BATCH)
        ).all()
    found: dict[int, list[int]] = defaultdict(list)
    for tenant_id, job_id in rows:
        found[tenant_id].append(job_id)
    return found


def _assess_all(tenant_id: int, job_ids: Iterable[int], now: datetime) -> None:
    """In transactions of a few jobs each: they hold the rows of jobs that runs wait for."""
    ordered = sorted(job_ids)
    for first in range(0, len(ordered), _CHUNK):
        _assess_apart(tenant_id, ordered[first : first + _CHUNK], now)


def _assess_apart(tenant_id: int, job_ids: list[int], now: datetime) -> None:
    """What one job raises is no reason to leave the others as they were; it is tried again."""
    try:
        with as_tenant(tenant_id):
            assess_jobs(job_ids, now)
    except Exception as error:
        if len(job_ids) > 1:
            for job_id in job_ids:
                _assess_apart(tenant_id, [job_id], now)
            return
        log.error("assessment_failed", job_id=job_ids[0], exc_info=error)
        with as_tenant(tenant_id):
            look_again(job_ids, now + _TRY_AGAIN)
