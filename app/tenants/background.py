"""The background work of tenants: forgetting what they no longer keep."""

from flask import Flask

from app.core import background
from app.tenants.service import retention

PAUSE_SECONDS = 600.0


def register(app: Flask) -> None:
    """Let schedulers remove old events; after those who follow the log, so that each of them has
    begun to read before anything goes for the first time."""
    background.every(app, "remove_old_events", retention.remove_old_events, PAUSE_SECONDS)
