"""Due jobs: started by themselves, and told of when their run did not begin.

Every scheduler looks at the due rows alone. Whatever it does about one happens in one
transaction, which begins with a lock on the job and changes its times only from what was seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, exists, literal, select, update

from app.backups.models import BackupJob, Execution
from app.backups.models.job import IS_RUNNABLE
from app.backups.rules.due import DueTimes, Verdict, judge, last_look, overdue_after
from app.backups.service import missed, runs
from app.backups.service.job_states import JobState, find_state
from app.backups.service.missed import Miss
from app.backups.values import BACKUP, OPEN, QUEUED, RUNNING, SCHEDULE
from app.core.db import db
from app.core.ids import new_trace_id
from app.core.logging import get_logger
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.events import service as events
from app.events.service import Fact
from app.events.values import BACKUP_UNSCHEDULABLE
from app.tenants.models import Tenant
from app.tenants.monitoring import set_by_tenants

log = get_logger("due")
BATCH = 500
_JOBS: Any = BackupJob.__table__
_RUNS: Any = Execution.__table__
_TENANTS: Any = Tenant.__table__
_SEEN = select(
    _JOBS.c.id, _JOBS.c.tenant_id, _JOBS.c.next_run, _JOBS.c.overdue_at, _TENANTS.c.is_suspended
).join_from(_JOBS, _TENANTS, _TENANTS.c.id == _JOBS.c.tenant_id)
_IS_RUNNING = exists().where(
    _RUNS.c.job_id == _JOBS.c.id, _RUNS.c.kind == BACKUP, _RUNS.c.status == RUNNING
)
# A job whose run is in progress is left until that has ended: nothing of it is to be started.
DUE = (
    _SEEN.where(_JOBS.c.next_run <= bindparam("now"), IS_RUNNABLE, ~_IS_RUNNING)
    .order_by(_JOBS.c.priority.desc(), _JOBS.c.next_run, _JOBS.c.id)
    .limit(BATCH)
)
_LATE = _SEEN.where(_JOBS.c.overdue_at <= bindparam("now")).order_by(_JOBS.c.overdue_at, _JOBS.c.id)
LATE = _LATE.limit(BATCH)


def start_due(now: datetime) -> int:
    """Queue the runs that are due, the most urgent first; gives how many jobs were attended to.

    Two schedulers at once start nothing twice, and a scheduler that was away starts one run a
    job, however many came due.
    """
    return sweep("start_due", _find(DUE, now), partial(attend, now))


def tell_missed(now: datetime) -> int:
    """Tell once of each due time whose grace is over without a run; gives how many jobs were
    attended to.

    Of a tenant that looks less often, those are told of that were late at its last full
    `missed_check_seconds` since 1970: so every scheduler looks at the same moments.
    """
    with unscoped(read_only=True):
        pauses = set_by_tenants("missed_check_seconds")
    found = _find(_late(pauses, now) if pauses else LATE, now)
    return sweep("tell_missed", found, partial(attend, now))


def _late(pauses: Mapping[int, int], now: datetime) -> Select[Any]:
    kind = _JOBS.c.overdue_at.type
    moments = {
        tenant_id: literal(last_look(now, seconds), kind) for tenant_id, seconds in pauses.items()
    }
    is_looked_for = case(moments, value=_JOBS.c.tenant_id, else_=literal(now, kind))
    return _LATE.where(_JOBS.c.overdue_at <= is_looked_for).limit(BATCH)


def attend(now: datetime, seen: Row[Any]) -> bool:
    """Start what is due of a job and tell of what is missed; False when somebody else did.

    Raises nothing for a schedule that tells no time any more: that is told, and planned no more.
    """
    with as_tenant(seen.tenant_id):
        job = find_state(seen.id, seen.tenant_id, for_change=True)
        if job is None or (job.next_run, job.overdue_at) != (seen.next_run, seen.overdue_at):
            return False
        if seen.is_suspended:
            # Nobody may use the system there; what comes due meanwhile is nobody's miss.
            following = job.find_next(now)
            overdue_at = following + job.grace if following else None
            return _change(job, next_run=following, overdue_at=overdue_at)
        return _attend(job, now)


def _attend(job: JobState, now: datetime) -> bool:
    open_run = _find_open(job)
    times = _times_of(job, open_run, now)
    verdict = judge(times, now)
    if verdict is None:
        return False
    is_over = job.next_run is not None and job.next_run <= now
    following = job.find_next(now) if is_over else job.next_run
    values = {"next_run": following, "overdue_at": overdue_after(times, verdict, following, now)}
    miss = Miss(verdict.missed, times.open_run) if verdict.missed else None
    if not _change(job, **values, **(missed.results(job, miss) if miss else {})):
        return False
    trace_id = new_trace_id()
    if miss is not None:
        missed.tell(job, miss, now, trace_id)
    if verdict.starts:
        _start(job, now, trace_id)
    if is_over and following is None:
        _tell_unschedulable(job, now, trace_id)
    _log(job, verdict)
    return True


def _find(statement: Select[Any], now: datetime) -> Sequence[Row[Any]]:
    with unscoped(read_only=True):
        return db.session.execute(statement, {"now": now}).all()


def _find_open(job: JobState) -> Row[Any] | None:
    found = execute_named(
        select(_RUNS.c.status, _RUNS.c.attempt).where(
            _RUNS.c.job_id == job.id, _RUNS.c.kind == BACKUP, _RUNS.c.status.in_(OPEN)
        ),
        tenant_id=job.tenant_id,
        table=_RUNS,
    )
    return found.first()


def _times_of(job: JobState, open_run: Row[Any] | None, now: datetime) -> DueTimes:
    times = DueTimes(
        next_run=job.next_run,
        overdue_at=job.overdue_at,
        grace=job.grace,
        is_runnable=not job.is_report_only,
        open_run=open_run.status if open_run else None,
    )
    if not times.is_late(now):
        return times
    # What a stopping worker gave back waits again, but it had begun.
    was_given_back = open_run is not None and open_run.status == QUEUED and open_run.attempt > 0
    has_begun = was_given_back or _has_begun(job, job.overdue_at)
    return replace(times, has_begun=has_begun)


def _has_begun(job: JobState, overdue_at: datetime | None) -> bool:
    """A backup began, here or by a report, within the grace before or after the due time."""
    if overdue_at is None:
        return False
    found = execute_named(
        select(_RUNS.c.id)
        .where(
            _RUNS.c.job_id == job.id,
            _RUNS.c.kind == BACKUP,
            _RUNS.c.execution_date.between(overdue_at - 2 * job.grace, overdue_at),
            _RUNS.c.started_at.is_not(None),
        )
        .limit(1),
        tenant_id=job.tenant_id,
        table=_RUNS,
    )
    return found.first() is not None


def _change(job: JobState, **values: Any) -> bool:
    """Claim the job's due time: whoever changes its times from what was seen attends to it."""
    changed = execute_named(
        update(_JOBS)
        .where(
            _JOBS.c.id == job.id,
            _JOBS.c.next_run.is_not_distinct_from(job.next_run),
            _JOBS.c.overdue_at.is_not_distinct_from(job.overdue_at),
        )
        .values(**values),
        tenant_id=job.tenant_id,
        table=_JOBS,
    )
    return bool(changed.rowcount == 1)


def _start(job: JobState, now: datetime, trace_id: str) -> None:
    execution = Execution(
        job_id=job.id,
        kind=BACKUP,
        trigger=SCHEDULE,
        backup_type=job.backup_type,
        runner=job.runner,
        priority=job.priority,
        requested_by="scheduler",
        trace_id=trace_id,
    )
    runs.add_execution(execution, now)


def _tell_unschedulable(job: JobState, now: datetime, trace_id: str) -> None:
    """Once, since a job without a next run is not looked at again until its schedule changes."""
    fact = Fact(
        type=BACKUP_UNSCHEDULABLE,
        title=f"{job.name} is not scheduled any more",
        message="Its schedule and time zone tell no next run; give it another schedule.",
        occurred_at=now,
        subject_type=BACKUP,
        subject_id=job.id,
        trace_id=trace_id,
        data={"schedule_type": job.schedule_type, "timezone": job.timezone, "notify": True},
    )
    events.record(fact, tenant_id=job.tenant_id)
    log.error("job_unschedulable", job_id=job.id, timezone=job.timezone)


def _log(job: JobState, verdict: Verdict) -> None:
    if verdict.missed is not None:
        log.warning("run_missed", job_id=job.id, due_at=verdict.missed.isoformat())
    if verdict.starts:
        log.info("run_due", job_id=job.id)
