"""The turns of an alert: opened, repeated, come back, resolved."""

from app.alerts.models import Alert
from app.alerts.rules.flapping import with_flap
from app.alerts.service import parents
from app.alerts.service.telling import Cause, keep, tell_end, tell_trouble
from app.alerts.values import (
    ESCALATED,
    OPEN,
    OPENED,
    RANK_OF,
    REOPENED,
    REPEATED,
    RESOLVED,
    SNOOZED,
)
from app.core.db import db


def begin(alert: Alert, cause: Cause) -> None:
    """Keep a new alert, which tells of a first sign of trouble."""
    db.session.add(alert)
    db.session.flush()
    keep(alert, OPENED, cause)
    tell_trouble(alert, OPENED, cause, is_flapping=False)
    parents.adopt(alert, cause)


def repeat(alert: Alert, severity: str, cause: Cause) -> None:
    """Count one more event of it; people hear of it when it got worse, or if none has yet.

    What got worse is not what somebody wanted to hear nothing of: it ends a snooze.
    """
    alert.count += 1
    alert.held_by = None
    is_worse = RANK_OF[severity] > alert.severity_rank
    keep(alert, ESCALATED if is_worse else REPEATED, cause)
    if is_worse:
        _set_severity(alert, severity)
        if alert.status == SNOOZED:
            alert.status, alert.snoozed_until = OPEN, None
        kind = ESCALATED
    elif alert.status == OPEN and alert.told != OPEN:
        kind = OPENED
    else:
        return
    tell_trouble(alert, kind, cause, is_flapping=alert.flaps_at(cause.now))


def relapse(alert: Alert, severity: str, cause: Cause) -> None:
    """Open it again: the same trouble has come back; the flap that makes it flap is told."""
    was_flapping = alert.flaps_at(cause.now)
    alert.count += 1
    alert.flaps += 1
    alert.flapped_at = with_flap(alert.flapped_at, cause.at)
    _set_severity(alert, severity)
    _open(alert, cause)
    keep(alert, REOPENED, cause)
    tell_trouble(alert, REOPENED, cause, is_flapping=was_flapping)
    parents.adopt(alert, cause)


def reopen(alert: Alert, cause: Cause) -> None:
    """Open it again by hand: an event may resolve it, what is known of its subject does not.

    It stands for itself from then on, whatever explained it.
    """
    was_resolved = alert.status == RESOLVED
    if was_resolved:
        alert.parent_id = None
    _open(alert, cause)
    alert.held_by = cause.by
    keep(alert, REOPENED, cause)
    if was_resolved:
        tell_trouble(alert, REOPENED, cause, is_flapping=False)
        parents.adopt(alert, cause)


def resolve(alert: Alert, cause: Cause) -> None:
    """End it; a snoozed one ends unheard. What it explains is judged again in a while."""
    is_silent = alert.status == SNOOZED
    alert.status, alert.resolved_at, alert.resolved_by = RESOLVED, cause.at, cause.by
    alert.snoozed_until = alert.look_again_at = alert.held_by = None
    keep(alert, RESOLVED, cause)
    tell_end(alert, cause, is_silent=is_silent)
    parents.release(alert, cause)


def _open(alert: Alert, cause: Cause) -> None:
    alert.status, alert.opened_at = OPEN, cause.at
    alert.resolved_at = alert.resolved_by = alert.snoozed_until = alert.held_by = None
    alert.acknowledged_at = alert.acknowledged_by = None


def _set_severity(alert: Alert, severity: str) -> None:
    alert.severity, alert.severity_rank = severity, RANK_OF[severity]
