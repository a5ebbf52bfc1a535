"""The queue: two Hueys, so that a long backup never starves a short piece of work.

A message carries an id and is only a hint: the row is the truth, and a sweeper repeats what
was lost.
"""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey

from app.core.logging import get_logger

log = get_logger("queue")
_CONNECT_SECONDS = 0.5
# A consumer waits one second for a message; a server that is silent for longer is away.
_READ_SECONDS = 2


@dataclass
class Queues:
    """`runs` for what takes long, `short` for the rest; `stopping` is set on TERM."""

    runs: Huey
    short: Huey
    stopping: threading.Event = field(default_factory=threading.Event)
    tasks: dict[str, Callable[..., Any]] = field(default_factory=dict)


def bind(app: Flask) -> Queues:
    """Make this application's queues."""
    made = Queues(runs=_make(app, "runs"), short=_make(app, "short"))
    app.extensions["queues"] = made
    return made


def queues_of(app: Flask) -> Queues:
    found: Queues = app.extensions["queues"]
    return found


def queues() -> Queues:
    return queues_of(current_app)


def add_task(app: Flask, huey: Huey, name: str, work: Callable[..., None]) -> None:
    """Let workers do `work` for messages of this name, inside the application."""

    def run(*args: Any) -> None:
        with app.app_context():
            work(*args)

    queues_of(app).tasks[name] = huey.task(name=name)(run)


def send(name: str, *args: Any) -> None:
    """Queue a message; when the queue is away this only says so in the log."""
    try:
        queues().tasks[name](*args)
    except (redis.RedisError, sqlite3.Error, OSError) as exc:
        log.warning("handover_failed", task=name, reason=str(exc))


def pending(huey: Huey) -> int | None:
    """How many messages wait; None when the queue is away."""
    try:
        return int(huey.pending_count())
    except (redis.RedisError, sqlite3.Error, OSError):
        return None


def _make(app: Flask, name: str) -> Huey:
    url = app.config["REDIS_URL"]
    if url is None:
        path = app.config["QUEUE_PATH"]
        return SqliteHuey(name, filename=path, results=False, utc=True, timeout=10)
    pool = redis.ConnectionPool.from_url(
        url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_READ_SECONDS
    )
    return RedisHuey(f"holdfast-{name}", connection_pool=pool, results=False, read_timeout=1)
