"""The background work of the dashboard: keeping the roll-ups close behind the events."""

from flask import Flask

from app.core import background
from app.dashboard.service import folding

PAUSE_SECONDS = 3.0
PURGE_SECONDS = 3600.0


def register(app: Flask) -> None:
    """Let schedulers fold, one at a time, and remove the hours that nobody asks for."""
    background.every(app, "rollups", folding.fold, PAUSE_SECONDS)
    background.every(app, "purge_rollups", folding.purge, PURGE_SECONDS)
