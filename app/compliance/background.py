"""The background work of compliance: assessing what changed, within seconds of the change."""

from datetime import datetime

from flask import Flask

from app.compliance.service import following
from app.core import background

PAUSE_SECONDS = 3.0


def register(app: Flask) -> None:
    """Let schedulers assess the jobs that events tell of, then those whose time has come."""
    background.every(app, "compliance", keep_in_step, PAUSE_SECONDS)


def keep_in_step(now: datetime) -> int:
    """Gives how many jobs and events were looked at."""
    return following.follow_events(now) + following.check_due(now)
