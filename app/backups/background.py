"""The background work of backups: running executions, and looking after those that are lost."""

import os
import socket
import uuid
from datetime import datetime

from flask import Flask

from app.backups.service import due, running, sweeping
from app.core import background, queue
from app.core.settings import settings

RUN = "backups.run_execution"
DUE_SECONDS = 5.0


def register(app: Flask) -> None:
    """Let workers run executions, and schedulers start the due ones, tell of the missed, fail the
    lost and hand over the waiting."""
    queue.add_task(app, queue.queues_of(app).runs, RUN, run_execution)
    pace = min(DUE_SECONDS, app.config["SWEEP_SECONDS"])
    background.every(app, "start_due", due.start_due, pace)
    background.every(app, "tell_missed", due.tell_missed, pace)
    background.every_round(app, "fail_lost", sweeping.fail_lost)
    background.every_round(app, "hand_over", hand_over)


def enqueue(execution_id: int) -> None:
    """Send a worker the id of a queued execution."""
    queue.send(RUN, execution_id)


def hand_over(now: datetime) -> int:
    """Send messages again for what the queue no longer holds one for."""
    pending = queue.pending(queue.queues().runs)
    return sweeping.hand_over(now, pending, settings()["SWEEP_SECONDS"])


def run_execution(execution_id: int) -> None:
    """Run one execution, as a worker that nobody else is."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    running.run_execution(execution_id, owner[-100:], queue.queues().stopping)
