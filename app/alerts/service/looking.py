"""What time alone brings about: each alert is looked at when its moment has come."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from app.alerts.models import Alert
from app.alerts.rules import parents as kinship
from app.alerts.rules.standing import Job
from app.alerts.service import turns
from app.alerts.service.applying import hold_alerts
from app.alerts.service.known import Known, look_up
from app.alerts.service.parents import list_open
from app.alerts.service.telling import Cause, keep, tell_calm, tell_trouble
from app.alerts.values import (
    EXPIRY,
    LOCKED,
    LOOK_EVERY,
    OPEN,
    OPENED,
    RELEASED,
    REOPENED,
    RESOLVED,
    SETTLED,
    SNOOZED,
    WOKEN,
)
from app.backups.models import Execution
from app.backups.values import BACKUP
from app.backups.values import OPEN as OPEN_RUNS
from app.core.db import db
from app.core.models import find_row
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, unscoped
from app.events.values import AUTH_LOCKED

_BATCH = 500
Work = Callable[[Alert, Known, datetime], Any]


def look_at_due(now: datetime) -> int:
    """End snoozes, judge what was kept back or let go of, expire lock-outs, tell of calm; gives
    how many alerts were looked at."""
    return (
        _each("wake_alerts", now, _wake, Alert.status == SNOOZED, Alert.snoozed_until <= now)
        + _each("look_at_alerts", now, _judge, Alert.look_again_at <= now)
        + _each("calm_alerts", now, _calm, Alert.calm_at <= now)
        + _each(
            "expire_alerts",
            now,
            _expire,
            Alert.type == AUTH_LOCKED,
            Alert.status != RESOLVED,
            Alert.last_seen_at <= now - LOCKED,
        )
    )


def hold_against_facts(now: datetime) -> int:
    """Resolve what is over though no event says so: a job was deleted or switched off, a runner
    or storage is gone or was moved, a report was corrected. Gives how many were resolved."""
    resolved = 0
    last_id = 0
    while True:
        rows = _find(
            Alert.id > last_id,
            Alert.status != RESOLVED,
            Alert.held_by.is_(None),
            Alert.last_seen_at <= now - SETTLED,
        )
        by_tenant: dict[int, list[Any]] = {}
        for row in rows:
            by_tenant.setdefault(row.tenant_id, []).append(row)
        for tenant_id, those in by_tenant.items():
            with as_tenant(tenant_id, read_only=True):
                known = look_up((row.type, row.subject_type, row.subject_id) for row in those)
            over = [row for row in those if known.end_of(*_subject(row)) is not None]
            resolved += sweep("end_alerts", over, partial(_look, now, _end))
        if len(rows) < _BATCH:
            return resolved
        last_id = rows[-1].id


def _each(name: str, now: datetime, work: Work, *conditions: Any) -> int:
    return sweep(name, _find(*conditions), partial(_look, now, work))


def _find(*conditions: Any) -> Sequence[Any]:
    columns = (Alert.id, Alert.tenant_id, Alert.type, Alert.subject_type, Alert.subject_id)
    with unscoped(read_only=True):
        statement = select(*columns).where(*conditions).order_by(Alert.id).limit(_BATCH)
        return db.session.execute(statement).all()


def _look(now: datetime, work: Work, row: Any) -> bool:
    """Do the work for one alert as it is now; what was seen of it may be over."""
    with as_tenant(row.tenant_id):
        hold_alerts()
        alert = find_row(Alert, row.id, for_change=True)
        if alert is None:
            return False
        before = alert.version
        work(alert, look_up([_subject(alert)]), now)
        db.session.flush()
        return alert.version != before


def _wake(alert: Alert, known: Known, now: datetime) -> None:
    """A snooze is over: it is told anew, unless the trouble is over too."""
    if alert.status != SNOOZED or alert.snoozed_until is None or alert.snoozed_until > now:
        return
    if _end(alert, known, now):
        return
    alert.status, alert.snoozed_until = OPEN, None
    cause = Cause(now, now)
    keep(alert, WOKEN, cause)
    tell_trouble(alert, REOPENED, cause, is_flapping=alert.flaps_at(now))


def _judge(alert: Alert, known: Known, now: datetime) -> None:
    """What was kept back, or explained by a failure that is over, stands for itself by now."""
    if alert.look_again_at is None or alert.look_again_at > now:
        return
    if alert.status == RESOLVED:
        alert.look_again_at = None
        return
    if _end(alert, known, now):
        return
    job = known.jobs.get(alert.backup_id or 0)
    parent = kinship.find_parent(list_open(), job) if job else None
    if parent is not None:
        alert.parent_id, alert.look_again_at = parent.id, None
    elif job is not None and alert.parent_id is not None and _has_run(job):
        # It is about to show by itself how it does.
        alert.look_again_at = now + LOOK_EVERY
    else:
        _release(alert, now)


def _release(alert: Alert, now: datetime) -> None:
    cause = Cause(now, now)
    if alert.parent_id is not None:
        keep(alert, RELEASED, cause)
    alert.parent_id = alert.look_again_at = None
    if alert.status == OPEN and alert.told != OPEN:
        tell_trouble(alert, OPENED, cause, is_flapping=alert.flaps_at(now))


def _calm(alert: Alert, known: Known, now: datetime) -> None:
    """It has stopped flapping: people hear how it stands, where they were told otherwise."""
    if alert.calm_at is not None and not alert.flaps_at(now):
        tell_calm(alert, Cause(now, now))


def _expire(alert: Alert, known: Known, now: datetime) -> None:
    if alert.status != RESOLVED and alert.last_seen_at <= now - LOCKED:
        turns.resolve(alert, Cause(now, now, by=EXPIRY))


def _end(alert: Alert, known: Known, now: datetime) -> bool:
    """Resolve it if what is known says so; False when the trouble goes on."""
    ended = known.end_of(*_subject(alert))
    if alert.status == RESOLVED or alert.held_by is not None or ended is None:
        return False
    turns.resolve(alert, Cause(now, now, by=ended))
    return True


def _subject(alert: Any) -> tuple[str, str | None, int | None]:
    return (alert.type, alert.subject_type, alert.subject_id)


def _has_run(job: Job) -> bool:
    """A backup of it waits or is under way."""
    run = select(Execution.id).where(
        Execution.job_id == job.id, Execution.kind == BACKUP, Execution.status.in_(OPEN_RUNS)
    )
    return db.session.scalars(run).first() is not None
