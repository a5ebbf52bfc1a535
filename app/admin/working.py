"""The worker: consumes both queues until TERM, and gives its runs back then."""

import logging
from typing import Any

from huey import Huey
from huey.consumer import Consumer, Scheduler, Worker

from app.admin.signals import StopSignal
from app.core.logging import get_logger
from app.core.queue import pending, queues
from app.core.settings import settings

log = get_logger("worker")
SHORT_WORKERS = 2
LONGEST_POLL_SECONDS = 1.0
HEALTH_SECONDS = 1.0
# A run's engine has three seconds to end by itself; supervisors kill after ten.
SHUTDOWN_SECONDS = 8.0


def work() -> None:
    """Consume until TERM, INT or HUP; running backups are stopped and go back into the queue."""
    own = queues()
    stop = StopSignal()
    logging.getLogger("huey").setLevel(logging.WARNING)
    consumers = [
        _consumer(own.runs, settings()["MAX_CONCURRENT_RUNS"]),
        _consumer(own.short, SHORT_WORKERS),
    ]
    for consumer in consumers:
        consumer.start()
    log.info("worker_started", runs=settings()["MAX_CONCURRENT_RUNS"], short=SHORT_WORKERS)
    while not stop.wait(HEALTH_SECONDS):
        for consumer in consumers:
            consumer.check_worker_health()
    own.stopping.set()
    for consumer in consumers:
        consumer.stop_flag.set()
    for consumer in consumers:
        consumer.stop(graceful=True)
    log.info("worker_stopped")


class _QuietWorker(Worker):
    """Huey's worker, but for an outage of the queue: told once, not by a traceback a second."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._is_away = False

    def loop(self, now: Any = None) -> None:
        is_away = pending(self.huey) is None
        if is_away != self._is_away:
            log.warning("queue_away" if is_away else "queue_back", queue=self.huey.name)
        self._is_away = is_away
        if is_away:
            self.sleep()
        else:
            super().loop(now)


class _IdleScheduler(Scheduler):
    """Nothing here is sent for later: time is the business of `flask holdfast scheduler`."""

    def loop(self, now: Any = None) -> None:
        self.stop_flag.wait()


class _Consumer(Consumer):
    worker_class = _QuietWorker
    scheduler_class = _IdleScheduler

    def _set_signal_handlers(self) -> None:
        """Leave ours in place: Huey's would drop the message in hand, ours give the row back."""


def _consumer(huey: Huey, workers: int) -> Consumer:
    return _Consumer(
        huey,
        workers=workers,
        periodic=False,
        initial_delay=0.1,
        max_delay=LONGEST_POLL_SECONDS,
        backoff=1.15,
        shutdown_timeout=SHUTDOWN_SECONDS,
        graceful_signal="TERM",
    )
