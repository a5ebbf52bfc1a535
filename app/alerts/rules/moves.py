"""Which way an alert may go by the hands of people."""

from app.alerts.values import ACKNOWLEDGED, OPEN, RESOLVED, SNOOZED

_FROM = {
    ACKNOWLEDGED: (OPEN, SNOOZED),
    OPEN: (ACKNOWLEDGED, SNOOZED, RESOLVED),
    RESOLVED: (OPEN, ACKNOWLEDGED, SNOOZED),
    SNOOZED: (OPEN, ACKNOWLEDGED, SNOOZED),
}


def can_move(status: str, to: str) -> bool:
    """A snoozed one may be snoozed until another time; else nothing becomes what it is."""
    return status in _FROM[to]
