"""Assessing jobs anew, and telling when the outcome became another one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.backups.models import BackupJob
from app.backups.service import job_states
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

_JOBS: Any = BackupJob.__table__
_STATES: Any = ComplianceState.__table__
POLICY = Policy()


def assess_jobs(job_ids: Collection[int], now: datetime) -> None:
    """Assess these jobs of the tenant, deleted ones left out.

    Each one's state is locked before anything is read, so that of two assessments at once the
    later one sees the newer facts.
    """
    due_at = _due_at(job_ids)
    states = _lock_states(due_at)
    for job_id, evidence in sorted(evidence_of(due_at).items()):
        found = assess(evidence, POLICY, now)
        _keep(states[job_id], found, now)
        if _wakes(due_at[job_id], found.next_check_at, now):
            look_again(job_id, found.next_check_at)
    db.session.flush()


def look_again(job_id: int, at: datetime | None) -> None:
    """Let the scheduler assess the job at this moment."""
    execute_named(
        update(_JOBS)
        .where(_JOBS.c.id == job_id)
        # Nothing that anybody is shown: the row counts as unchanged.
        .values(compliance_check_at=at, updated_at=_JOBS.c.updated_at),
        tenant_id=current_tenant_id(),
        table=_JOBS,
    )


def _due_at(job_ids: Collection[int]) -> dict[int, datetime | None]:
    columns = select(BackupJob.id, BackupJob.compliance_check_at)
    rows = db.session.execute(columns.where(BackupJob.id.in_(job_ids), live(BackupJob))).all()
    return {row[0]: row[1] for row in rows}


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
    for job_id in missing:
        begun = insert_or_update(_STATES).values(
            job_id=job_id, status=UNKNOWN, outcome=NOTHING_KNOWN, digits={}
        )
        execute_named(begun.on_conflict_do_nothing(), tenant_id=current_tenant_id(), table=_STATES)
    return {state.job_id: state for state in db.session.scalars(statement)} if missing else states


def _keep(state: ComplianceState, found: Assessment, now: datetime) -> None:
    changed = [
        name
        for name, before, after in zip(DIGITS, state.outcome, found.outcome, strict=True)
        if before != after
    ]
    digits, previous = found.wire(), state.status
    if changed or found.status != previous:
        db.session.add(
            ComplianceChange(
                job_id=state.job_id,
                changed_at=now,
                status=found.status,
                previous_status=previous,
                changed=changed,
                digits=digits,
            )
        )
    state.status, state.outcome, state.digits = found.status, found.outcome, digits
    state.checked_at = now
    if found.status != previous:
        _tell(state, found, now)


def _tell(state: ComplianceState, found: Assessment, now: datetime) -> None:
    """Tell the job of its status, and the event log of a violation that begins or ends.

    One that nobody can judge any more ends only when it is known to have ended.
    """
    job = job_states.get_state(state.job_id, state.tenant_id, for_change=True)
    job_states.change(job, {"compliance_status": found.status})
    if found.status == NON_COMPLIANT and state.violated_at is None:
        state.violated_at = now
        title = f"{job.name} does not comply with 3-2-1-1-0"
        _record(COMPLIANCE_VIOLATED, title, state, found, now)
    elif found.status in (COMPLIANT, WARNING) and state.violated_at is not None:
        state.violated_at = None
        title = f"{job.name} complies with 3-2-1-1-0 again"
        _record(COMPLIANCE_RESTORED, title, state, found, now)


def _record(
    type_: str, title: str, state: ComplianceState, found: Assessment, now: datetime
) -> None:
    failing = {name: digit.why for name, digit in found.digits.items() if digit.ok is False}
    fact = Fact(
        type=type_,
        title=title,
        occurred_at=now,
        subject_type=BACKUP,
        subject_id=state.job_id,
        message="\n".join(failing.values()) or None,
        data={"status": found.status, "failing": list(failing)},
    )
    events.record(fact, tenant_id=state.tenant_id)
