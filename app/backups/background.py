"""The background work of backups: running executions, and looking after those that are lost."""

import os
import socket
import uuid
from datetime import datetime
from functools import partial

from flask import Flask

from app.backups.service import due, retention, running, sweeping, timeouts
from app.core import background, queue
from app.core.jumps import JumpWatch
from app.core.settings import settings

RUN = "backups.run_execution"
DUE_SECONDS = 5.0
RETENTION_SECONDS = 600.0
HOST = socket.gethostname()[:100]


def register(app: Flask) -> None:
    """Let workers run executions, and schedulers start the due ones, tell of the missed, fail the
    lost, hand over the waiting and forget the old."""
    queue.add_task(app, queue.queues_of(app).runs, RUN, run_execution)
    pace = min(DUE_SECONDS, app.config["SWEEP_SECONDS"])
    background.every(app, "start_due", due.start_due, pace)
    background.every(app, "tell_missed", due.tell_missed, pace)
    watch = JumpWatch(app.config["LEASE_SECONDS"])
    background.every_round(app, "fail_lost", partial(fail_lost, watch))
    background.every_round(app, "fail_timed_out", timeouts.fail_timed_out)
    background.every_round(app, "hand_over", hand_over)
    background.every(app, "remove_old_executions", retention.Walk().go_on, RETENTION_SECONDS)


def enqueue(execution_id: int) -> None:
    """Send a worker the id of a queued execution."""
    queue.send(RUN, execution_id)


def fail_lost(watch: JumpWatch, now: datetime) -> int:
    """Fail what is lost, once the living had time to renew their leases after a clock's jump."""
    return sweeping.fail_lost(now) if watch.is_calm() else 0


def hand_over(now: datetime) -> int:
    """Send messages again for what the queue no longer holds one for."""
    pending = queue.pending(queue.queues().runs)
    return sweeping.hand_over(now, pending, settings()["SWEEP_SECONDS"])


def run_execution(_execution_id: int) -> None:
    """Run what waits, the most urgent first, until nothing does or this host is full.

    Whichever execution the message was about: the row is the truth, and a message only says that
    there may be work. One that came twice or too late does nothing.
    """
    while running.run_next(HOST, _owner(), queue.queues().stopping):
        pass


def _owner() -> str:
    return f"{HOST}:{os.getpid()}:{uuid.uuid4().hex[:12]}"[-100:]
