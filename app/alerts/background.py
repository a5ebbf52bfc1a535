"""The background work of alerts: following what happens, and what time alone brings about."""

from datetime import datetime

from flask import Flask

from app.alerts.models import AlertNotice, AlertTurn
from app.alerts.service import following, looking
from app.alerts.values import HISTORY_KEPT
from app.core import background

PAUSE_SECONDS = 2.0


def register(app: Flask) -> None:
    """Let schedulers turn events into alerts."""
    background.every(app, "alerts", keep_in_step, PAUSE_SECONDS)
    background.every_round(app, "hold_alerts_against_facts", looking.hold_against_facts)
    for history in (AlertTurn, AlertNotice):
        background.purge(app, history.occurred_at, HISTORY_KEPT, is_in_order=True)


def keep_in_step(now: datetime) -> int:
    """Gives how many events and alerts were looked at."""
    return following.follow_events(now) + looking.look_at_due(now)
