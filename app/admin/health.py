"""Whether the system is alive, and whether it is ready for work."""

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.backups.models import Execution
from app.backups.values import QUEUED
from app.core import clock, signs
from app.core.db import db
from app.core.queue import queues
from app.core.settings import settings
from app.core.tenancy import unscoped

VERSION = "0.1.0"
# A round may take long; without one nothing due begins, and nobody is told of anything.
SILENT_SECONDS = 120.0
_AWAY = (SQLAlchemyError, redis.RedisError, sqlite3.Error, OSError)


@dataclass(frozen=True)
class Check:
    """One part's state (`ok` or `away`) and how long it took to say so."""

    state: str
    latency_seconds: float


def live() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok", "version": VERSION}


def ready() -> tuple[dict[str, Any], int]:
    """What each part says: 503 when the database is away, since nothing works without it."""
    checks = {
        "database": _check(_ask_database),
        "broker": _check(lambda: queues().runs.pending_count()),
        "storage": _check(_ask_storage),
    }
    is_ready = checks["database"].state == "ok"
    lag = signs.find_lag(clock.utcnow()) if is_ready else None
    is_swept = lag is None or lag <= SILENT_SECONDS
    all_well = is_swept and all(check.state == "ok" for check in checks.values())
    body = {
        "status": "ok" if all_well else "degraded" if is_ready else "unavailable",
        "version": VERSION,
        **checks,
        "queue_lag_seconds": _queue_lag() if is_ready else None,
        "scheduler_lag_seconds": lag,
    }
    return body, 200 if is_ready else 503


def _check(ask: Callable[[], Any]) -> Check:
    began = time.perf_counter()
    try:
        ask()
    except _AWAY:
        return Check("away", round(time.perf_counter() - began, 6))
    return Check("ok", round(time.perf_counter() - began, 6))


def _ask_database() -> None:
    with unscoped(read_only=True) as session:
        session.execute(text("SELECT 1"))


def _ask_storage() -> None:
    """Every local root is a folder that can be written to."""
    for root in settings()["STORAGE_ROOTS"]:
        if not os.access(root, os.W_OK | os.X_OK):
            raise NotADirectoryError(root)


def _queue_lag() -> float:
    """How long the oldest queued run of this server has waited, in seconds."""
    with unscoped(read_only=True):
        oldest = db.session.scalar(
            select(func.min(Execution.created_at)).where(
                Execution.status == QUEUED, Execution.runner.is_(None)
            )
        )
    return round((clock.utcnow() - oldest).total_seconds(), 3) if oldest else 0.0
