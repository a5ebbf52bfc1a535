"""The background work of verifications: doing them, and looking after those that are lost."""

import os
import socket
import uuid
from datetime import datetime

from flask import Flask

from app.core import background, queue
from app.core.settings import settings
from app.verification.service import running, schedules, scratch, sweeping

RUN = "verification.run"


def register(app: Flask) -> None:
    """Let workers do verifications, and schedulers queue those that are due."""
    queue.add_task(app, queue.queues_of(app).runs, RUN, run_verification)
    background.every_round(app, "fail_lost_verifications", sweeping.fail_lost)
    background.every_round(app, "queue_due_verifications", schedules.queue_due)
    background.every_round(app, "hand_over_verifications", hand_over)
    background.every_round(app, "sweep_scratch", scratch.sweep)


def enqueue(verification_id: int) -> None:
    """Send a worker the id of a queued verification."""
    queue.send(RUN, verification_id)


def hand_over(now: datetime) -> int:
    """Send messages again for what the queue no longer holds one for."""
    pending = queue.pending(queue.queues().runs)
    return sweeping.hand_over(now, pending, settings()["SWEEP_SECONDS"])


def run_verification(verification_id: int) -> None:
    """Do one verification, as a worker that nobody else is."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    running.run_verification(verification_id, owner[-100:], queue.queues().stopping)
