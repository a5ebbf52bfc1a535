"""What is known of the subjects of alerts, read for many of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.alerts.rules.standing import Job, ended_by, is_still_true
from app.alerts.values import NEWS, RECOVERY, RUNNER_DELETED, STORAGE_DELETED
from app.backups.models import BackupJob
from app.compliance.models import ComplianceState
from app.core.db import db
from app.events.values import (
    AUTH_LOCKED,
    COMPLIANCE_VIOLATED,
    RUNNER_LOST,
    STORAGE_LOW,
    STORAGE_OFFLINE,
    VERIFICATION_FAILED,
)
from app.runners.models import Runner
from app.storage.models import StorageProvider
from app.verification.models import Verification
from app.verification.values import COMPLETED, FAILED, PASSED

_JOB, _PROVIDER, _RUNNER = "backup", "storage_provider", "runner"
_HAS_ENDED = (COMPLETED, FAILED)

Subject = tuple[str, str | None, int | None]


@dataclass(frozen=True)
class Known:
    """How the subjects stand, by their ids; of one that is gone there is nothing."""

    jobs: dict[int, Job] = field(default_factory=dict)
    verified: dict[int, bool] = field(default_factory=dict)
    violated: dict[int, bool] = field(default_factory=dict)
    providers: dict[int, tuple[bool | None, bool | None]] = field(default_factory=dict)
    runners: dict[int, bool] = field(default_factory=dict)

    def end_of(self, type_: str, subject_type: str | None, subject_id: int | None) -> str | None:
        """What puts an end to an alert; None while its trouble goes on, or nobody knows."""
        if subject_id is None:
            return None
        if subject_type == _JOB:
            return ended_by(type_, self.jobs.get(subject_id)) or self._overcome(type_, subject_id)
        if subject_type == _PROVIDER and type_ in (STORAGE_OFFLINE, STORAGE_LOW):
            return self._storage(type_, subject_id)
        if subject_type == _RUNNER and type_ == RUNNER_LOST:
            is_lost = self.runners.get(subject_id)
            return RUNNER_DELETED if is_lost is None else None if is_lost else RECOVERY
        return None

    def is_gone(self, subject: Subject) -> bool:
        """There is nothing left that could be in trouble."""
        return self.end_of(*subject) not in (None, RECOVERY)

    def is_true(self, subject: Subject, occurred_at: datetime) -> bool:
        """Whether an old event still tells of what is wrong now."""
        type_, subject_type, subject_id = subject
        if type_ == AUTH_LOCKED or self.end_of(*subject) is not None:
            return False
        if subject_type != _JOB or subject_id is None:
            return True
        return is_still_true(type_, self.jobs.get(subject_id), occurred_at)

    def _overcome(self, type_: str, job_id: int) -> str | None:
        is_over = (type_ == VERIFICATION_FAILED and self.verified.get(job_id)) or (
            type_ == COMPLIANCE_VIOLATED and self.violated.get(job_id) is False
        )
        return RECOVERY if is_over else None

    def _storage(self, type_: str, provider_id: int) -> str | None:
        if provider_id not in self.providers:
            return STORAGE_DELETED
        is_online, is_low = self.providers[provider_id]
        is_well = is_online is True if type_ == STORAGE_OFFLINE else is_low is False
        return RECOVERY if is_well else None


def look_up(subjects: Iterable[Subject]) -> Known:
    """What is known of these subjects of the tenant's, in a query for each kind of them."""
    ids: dict[Any, set[int]] = defaultdict(set)
    for type_, subject_type, subject_id in subjects:
        if subject_id is not None:
            ids[subject_type].add(subject_id)
            ids[type_].add(subject_id)
    return Known(
        jobs=_jobs(ids[_JOB]),
        verified=_verified(ids[VERIFICATION_FAILED]),
        violated=_violated(ids[COMPLIANCE_VIOLATED]),
        providers=_providers(ids[_PROVIDER]),
        runners=_runners(ids[_RUNNER]),
    )


def is_old(occurred_at: datetime, now: datetime) -> bool:
    """Nobody is told of it any more."""
    return occurred_at < now - NEWS


def _jobs(ids: Collection[int]) -> dict[int, Job]:
    if not ids:
        return {}
    job = BackupJob
    rows = db.session.execute(
        select(
            job.id,
            job.deleted_at.is_not(None),
            job.is_active,
            job.last_result,
            job.last_success_at,
            job.next_run,
            job.schedule_type,
            job.runner,
            job.storage_id,
        ).where(job.id.in_(ids))
    )
    return {row[0]: Job(*row) for row in rows}


def _verified(job_ids: Collection[int]) -> dict[int, bool]:
    """Whether the latest verification of each that has ended found all to be well."""
    if not job_ids:
        return {}
    latest = (
        select(func.max(Verification.id))
        .where(Verification.job_id.in_(job_ids), Verification.status.in_(_HAS_ENDED))
        .group_by(Verification.job_id)
    )
    rows = db.session.execute(
        select(Verification.job_id, Verification.result).where(Verification.id.in_(latest))
    )
    return {job_id: result == PASSED for job_id, result in rows}


def _violated(job_ids: Collection[int]) -> dict[int, bool]:
    if not job_ids:
        return {}
    state = ComplianceState
    rows = db.session.execute(
        select(state.job_id, state.violated_at.is_not(None)).where(state.job_id.in_(job_ids))
    )
    return {job_id: bool(is_violated) for job_id, is_violated in rows}


def _providers(ids: Collection[int]) -> dict[int, tuple[bool | None, bool | None]]:
    if not ids:
        return {}
    provider = StorageProvider
    rows = db.session.execute(
        select(provider.id, provider.is_online, provider.is_low).where(
            provider.id.in_(ids), provider.deleted_at.is_(None)
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _runners(ids: Collection[int]) -> dict[int, bool]:
    if not ids:
        return {}
    rows = db.session.execute(
        select(Runner.id, Runner.lost_at.is_not(None)).where(Runner.id.in_(ids))
    )
    return {runner_id: bool(is_lost) for runner_id, is_lost in rows}
