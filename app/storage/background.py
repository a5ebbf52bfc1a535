"""The background work of storage: every provider is looked at from time to time."""

from datetime import datetime

from flask import Flask

from app.core import background, clock, queue
from app.storage.service import checking

CHECK = "storage.check"


def register(app: Flask) -> None:
    """Let schedulers find what is due, and workers look at it: a storage may hang for long."""
    queue.add_task(app, queue.queues_of(app).short, CHECK, check)
    background.every_round(app, "check_storage", check_due)


def check_due(now: datetime) -> int:
    """Send a message for each provider that is due."""
    return checking.claim_due(now, send)


def send(provider_id: int, tenant_id: int, until: str) -> None:
    queue.send(CHECK, provider_id, tenant_id, until)


def check(provider_id: int, tenant_id: int, until: str) -> None:
    """Look at one provider."""
    checking.check(provider_id, tenant_id, until, clock.utcnow())
