"""Turning events into alerts: what each opens, repeats, brings back or resolves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.alerts.models import Alert, AlertTurn
from app.alerts.rules import parents as kinship
from app.alerts.rules.flapping import is_relapse
from app.alerts.rules.signs import RESOLVING, is_kept_quiet, opened_by, resolved_by
from app.alerts.service import turns
from app.alerts.service.known import Known, is_old, look_up
from app.alerts.service.parents import list_open
from app.alerts.service.telling import Cause
from app.alerts.values import KEPT_BACK, RANK_OF, RECOVERY, RELAPSE, RESOLVED
from app.core.db import db, hold
from app.core.tenancy import current_tenant_id
from app.events.models import Event
from app.events.service.following import Seen
from app.storage.service import checking

_EVENTS: Any = Event.__table__
_JOB = "backup"


def hold_alerts() -> None:
    """Let nobody else touch the tenant's alerts until this transaction ends."""
    hold(f"alerts:{current_tenant_id()}")


def apply_events(events: Sequence[Seen], now: datetime) -> None:
    """Apply the tenant's events, in their order; one that was counted before changes nothing."""
    hold_alerts()
    counted = _counted(events)
    fresh = [event for event in events if event.id not in counted]
    opening = [event for event in fresh if opened_by(event)]
    known = look_up((event.type, event.subject_type, event.subject_id) for event in opening)
    pass_ = _Pass(_find_alerts(fresh), known, _words(opening), now)
    for event in fresh:
        pass_.take(event)
    db.session.flush()


class _Pass:
    """One transaction's look at events, and what is known while they are applied."""

    def __init__(
        self,
        alerts: dict[str, Alert],
        known: Known,
        words: Mapping[int, tuple[str, str | None]],
        now: datetime,
    ) -> None:
        self._alerts, self._known, self._words, self._now = alerts, known, words, now
        self._parents: Sequence[Alert] | None = None

    def take(self, event: Seen) -> None:
        cause = Cause(min(event.occurred_at, self._now), self._now, event.id, RECOVERY)
        for key in resolved_by(event):
            alert = self._alerts.get(key)
            # One that is of before the trouble came again in a batch that did.
            if alert and alert.status != RESOLVED and (alert.last_event_id or 0) < event.id:
                alert.last_event_id = event.id
                turns.resolve(alert, cause)
        opened = opened_by(event)
        if opened is not None and self._is_told_of(event):
            self._open(opened, event)
        if event.type in kinship.PARENTS or event.type in RESOLVING:
            self._parents = None

    def _is_told_of(self, event: Seen) -> bool:
        subject = (event.type, event.subject_type, event.subject_id)
        if is_old(event.occurred_at, self._now):
            return self._known.is_true(subject, event.occurred_at)
        return not self._known.is_gone(subject)

    def _open(self, key: str, event: Seen) -> None:
        at = min(event.occurred_at, self._now)
        is_quiet = is_old(at, self._now) or is_kept_quiet(event)
        cause = Cause(at, self._now, event.id, is_quiet=is_quiet)
        alert = self._alerts.get(key)
        if alert is None or not self._is_the_same(alert, at):
            alert = self._alerts[key] = _new(key, event, at)
            self._describe(alert, event, at)
            self._explain(alert, event)
            turns.begin(alert, cause)
            return
        if alert.status == RESOLVED and (alert.last_event_id or 0) > event.id:
            return
        was_resolved = alert.status == RESOLVED
        self._describe(alert, event, at)
        # What explained it is over, and here it is again.
        if was_resolved or (alert.parent_id is not None and alert.look_again_at is not None):
            self._explain(alert, event)
        if was_resolved:
            turns.relapse(alert, event.severity, cause)
        else:
            turns.repeat(alert, event.severity, cause)

    @staticmethod
    def _is_the_same(alert: Alert, at: datetime) -> bool:
        return alert.resolved_at is None or is_relapse(at, alert.resolved_at)

    def _describe(self, alert: Alert, event: Seen, at: datetime) -> None:
        """Tell the newest of it."""
        alert.title, alert.message = self._words.get(event.id, (event.type, None))
        alert.data = event.data
        alert.last_seen_at = max(alert.last_seen_at, at)
        alert.last_event_id = max(alert.last_event_id or 0, event.id)

    def _explain(self, alert: Alert, event: Seen) -> None:
        """Find what explains it; where that is about to be known, the alert waits for it."""
        alert.parent_id = alert.look_again_at = None
        job = self._known.jobs.get(event.subject_id or 0) if event.subject_type == _JOB else None
        if job is None or not kinship.may_be_child(event.type, event.data):
            return
        if self._parents is None:
            db.session.flush()
            self._parents = list_open()
        parent = kinship.find_parent(self._parents, job)
        if parent is not None:
            alert.parent_id = parent.id
        elif kinship.awaits_runner(job, event.data):
            alert.look_again_at = self._now + KEPT_BACK
        elif kinship.awaits_storage(job, event.data) and job.storage_id is not None:
            alert.look_again_at = self._now + KEPT_BACK
            checking.look_soon(job.storage_id, current_tenant_id(), self._now)


def _new(key: str, event: Seen, at: datetime) -> Alert:
    return Alert(
        dedup_key=key,
        type=event.type,
        severity=event.severity,
        severity_rank=RANK_OF[event.severity],
        status="open",
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        backup_id=event.subject_id if event.subject_type == _JOB else None,
        count=1,
        flaps=0,
        flapped_at=[],
        first_seen_at=at,
        last_seen_at=at,
        opened_at=at,
    )


def _counted(events: Sequence[Seen]) -> set[int]:
    ids = [event.id for event in events]
    found = select(AlertTurn.event_id).where(AlertTurn.event_id.in_(ids))
    return {event_id for event_id in db.session.scalars(found) if event_id is not None}


def _find_alerts(events: Iterable[Seen]) -> dict[str, Alert]:
    """By their keys, the alerts that these events may be about."""
    keys: set[str] = set()
    moments: list[datetime] = []
    for event in events:
        opened = opened_by(event)
        keys.update(resolved_by(event), [opened] if opened else [])
        moments.append(event.occurred_at)
    if not keys:
        return {}
    is_recent = Alert.resolved_at >= min(moments) - RELAPSE
    statement = (
        select(Alert)
        .where(Alert.dedup_key.in_(keys), or_(Alert.status != RESOLVED, is_recent))
        .order_by((Alert.status != RESOLVED), Alert.id)
    )
    return {alert.dedup_key: alert for alert in db.session.scalars(statement)}


def _words(events: Sequence[Seen]) -> dict[int, tuple[str, str | None]]:
    """Their titles and messages, which followers are not given."""
    if not events:
        return {}
    columns = select(_EVENTS.c.id, _EVENTS.c.title, _EVENTS.c.message)
    ids = [event.id for event in events]
    statement = columns.where(
        _EVENTS.c.id.in_(ids), _EVENTS.c.tenant_id == current_tenant_id()
    ).execution_options(tenant_named=True)
    return {row[0]: (row[1], row[2]) for row in db.session.execute(statement)}
