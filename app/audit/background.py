"""The background work of the audit log: its rows are sealed within seconds."""

from flask import Flask

from app.audit.service import sealing
from app.core import background

PAUSE_SECONDS = 5.0


def register(app: Flask) -> None:
    """Let schedulers seal, one at a time however many there are."""
    background.every(app, "seal_audit", sealing.seal, PAUSE_SECONDS)
