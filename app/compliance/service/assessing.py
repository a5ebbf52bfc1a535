"""Assessing jobs anew, and telling when the outcome became another one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import select, update

from app.backups.models import BackupJob
from app.backups.values import BACKUP
from app.compliance.models import ComplianceChange, ComplianceState
from app.compliance.rules import Assessment, Policy, assess
from app.compliance.service.evidence import evidence_of
from app.compliance.values import COMPLIANT, DIGITS, NON_COMPLIANT, NOTHING_KNOWN, UNKNOWN, WARNING
from app.core.db import db, insert_or_update
from app.core.models import live
from app.core.tenancy import current_tenant_id, execute_named
from app.events import service as events
from app.events.service import Fact
from app.events.values import COMPLIANCE_RESTORED, COMPLIANCE_VIOLATED
from app.tenants.monitoring import monitoring_of

_JOBS: Any = BackupJob.__table__
_STATES: Any = ComplianceState.__table__


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked of a job besides its evidence."""

    id: int
    name: str
    check_at: datetime | None


def assess_jobs(job_ids: Collection[int], now: datetime) -> None:
    """Assess these jobs of the tenant, deleted ones left out.

    Each one's state is locked before anything is read, so that of two assessments at once the
    later one sees the newer facts.
    """
    jobs = _find_jobs(job_ids)
    states = _lock_states(jobs)
    policy = policy_of_tenant()
    news: list[Fact] = []
    moved: dict[str, list[int]] = defaultdict(list)
    for job_id, evidence in sorted(evidence_of(jobs).items()):
        state, found = states[job_id], assess(evidence, policy, now)
        if found.status != state.status:
            moved[found.status].append(job_id)
        news += _keep(state, jobs[job_id].name, found, now)
        if _wakes(jobs[job_id].check_at, found.next_check_at, now):
            look_again([job_id], found.next_check_at)
    db.session.flush()
    _tell_jobs(moved)
    for fact in news:
        events.record(fact, tenant_id=current_tenant_id())


def policy_of_tenant() -> Policy:
    """What the session's tenant holds its jobs to."""
    return Policy(monitoring_of(current_tenant_id()).max_verification_age_days)


def look_again(job_ids: Collection[int], at: datetime | None) -> None:
    """Let the scheduler assess jobs at this moment."""
    # Nothing that anybody is shown: the rows count as unchanged.
    _update_jobs(job_ids, compliance_check_at=at, updated_at=_JOBS.c.updated_at)


def _find_jobs(job_ids: Collection[int]) -> dict[int, _Job]:
    columns = select(BackupJob.id, BackupJob.name, BackupJob.compliance_check_at)
    rows = db.session.execute(columns.where(BackupJob.id.in_(job_ids), live(BackupJob)))
    return {row[0]: _Job(*row) for row in rows}


def _wakes(stored: datetime | None, wanted: datetime | None, now: datetime) -> bool:
    """The stored moment is over or too late; one that is too early costs one look more, and
    less than a write after each run."""
    if stored is not None and stored <= now:
        return True
    return wanted is not None and (stored is None or wanted < stored)


def _lock_states(job_ids: Collection[int]) -> dict[int, ComplianceState]:
    statement = (
        select(ComplianceState)
        .where(ComplianceState.job_id.in_(job_ids))
        .order_by(ComplianceState.job_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    states = {state.job_id: state for state in db.session.scalars(statement)}
    missing = sorted(set(job_ids) - states.keys())
    if not missing:
        return states
    nothing = {"status": UNKNOWN, "outcome": NOTHING_KNOWN, "digits": {}}
    tenant_id = current_tenant_id()
    rows = [{"job_id": job_id, "tenant_id": tenant_id, **nothing} for job_id in missing]
    begun = insert_or_update(_STATES).values(rows).on_conflict_do_nothing()
    db.session.execute(begun.execution_options(tenant_named=True))
    return {state.job_id: state for state in db.session.scalars(statement)}


def _keep(state: ComplianceState, name: str, found: Assessment, now: datetime) -> list[Fact]:
    """Bring the row in step; gives what there is to tell of a violation."""
    changed = [
        digit
        for digit, before, after in zip(DIGITS, state.outcome, found.outcome, strict=True)
        if before != after
    ]
    digits = found.wire()
    if changed or found.status != state.status:
        db.session.add(
            ComplianceChange(
                job_id=state.job_id,
                changed_at=now,
                status=found.status,
                previous_status=state.status,
                changed=changed,
                digits=digits,
            )
        )
    state.status, state.outcome, state.digits = found.status, found.outcome, digits
    state.checked_at = now
    return _news(state, name, found, now)


def _news(state: ComplianceState, name: str, found: Assessment, now: datetime) -> list[Fact]:
    """A violation that begins or ends; one that nobody can judge any more has not ended."""
    if found.status == NON_COMPLIANT and state.violated_at is None:
        state.violated_at = now
        type_, words = COMPLIANCE_VIOLATED, "does not comply with 3-2-1-1-0"
    elif found.status in (COMPLIANT, WARNING) and state.violated_at is not None:
        state.violated_at = None
        type_, words = COMPLIANCE_RESTORED, "complies with 3-2-1-1-0 again"
    else:
        return []
    failing = {digit: one.why for digit, one in found.digits.items() if one.ok is False}
    why = "\n".join(failing.values()) or None
    data = {"status": found.status, "failing": list(failing)}
    return [Fact(type_, f"{name} {words}", now, BACKUP, state.job_id, message=why, data=data)]


def _tell_jobs(moved: Mapping[str, Collection[int]]) -> None:
    """The jobs' own column; their versions count only what people change."""
    job_ids = sorted(chain.from_iterable(moved.values()))
    if job_ids:
        # In the order in which everybody locks several of them.
        locked = select(BackupJob.id).where(BackupJob.id.in_(job_ids)).order_by(BackupJob.id)
        db.session.execute(locked.with_for_update())
    for status, those in moved.items():
        _update_jobs(those, compliance_status=status)


def _update_jobs(job_ids: Collection[int], **values: Any) -> None:
    execute_named(
        update(_JOBS).where(_JOBS.c.id.in_(job_ids)).values(**values),
        tenant_id=current_tenant_id(),
        table=_JOBS,
    )
