"""A run's heartbeat: tells the server how far it is, and hears when it has to stop."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from holdfast_runner.api import Api, Away, Refused
from holdfast_runner.errors import Stopped

CANCELLED, LOST, OVERTIME, ENDING = "cancelled", "lost", "timed_out", "ending"
MAX_LOG_LINES = 500
_LINES_A_BEAT = 200
log = logging.getLogger("holdfast_runner")


class Pulse:
    """Beats in a thread of its own for as long as the block lasts."""

    def __init__(
        self,
        api: Api,
        work: dict[str, Any],
        is_ending: Callable[[], bool],
        note_process: Callable[[int], None],
        every_seconds: float,
    ) -> None:
        self._api = api
        self._path = f"/executions/{work['execution_id']}/heartbeat"
        self._every = min(every_seconds, float(work.get("heartbeat_seconds") or every_seconds))
        minutes = work["job"].get("max_runtime_minutes")
        self._ends_at = time.monotonic() + 60 * minutes if minutes else None
        self._is_ending = is_ending
        self.note_process = note_process
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._progress: dict[str, Any] = {}
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def stop_reason(self) -> str | None:
        """Why the run has to stop now; None while it may go on."""
        if self._reason is not None:
            return self._reason
        if self._is_ending():
            return ENDING
        if self._ends_at is not None and time.monotonic() > self._ends_at:
            return OVERTIME
        return None

    def pause(self, seconds: float) -> None:
        """Wait; raises Stopped when the run has to stop meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            reason = self.stop_reason()
            if reason is not None:
                raise Stopped(reason)
            time.sleep(min(0.2, seconds))

    def note_progress(self, facts: dict[str, Any]) -> None:
        self._progress = facts

    def log(self, line: str) -> None:
        """Keep a line for the server; while it is away, the latest ones."""
        with self._lock:
            if len(self._lines) >= MAX_LOG_LINES:
                self._lines.popleft()
                self._dropped += 1
            self._lines.append(line or " ")

    def last_lines(self) -> list[str]:
        """What no heartbeat has told yet."""
        return self._taken(MAX_LOG_LINES)

    def _taken(self, most: int) -> list[str]:
        with self._lock:
            lines = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            if self._dropped:
                lines.insert(0, f"[… {self._dropped} lines left out …]")
                self._dropped = 0
            return lines

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            lines = self._taken(_LINES_A_BEAT)
            try:
                answer = self._api.post(self._path, {**self._progress, "log": lines})
            except Away as away:
                log.warning("%s: the server is away: %s", self._path, away)
                self._put_back(lines)
            except Refused as refusal:
                # Whoever has it now, it is not ours: two must not work on one repository. A key
                # may be good again by the time that there is an end to tell of.
                log.error("%s: %s", self._path, refusal)
                self._put_back(lines)
                if not refusal.is_about_key:
                    self._reason = LOST
            else:
                if answer.get("cancel"):
                    self._reason = CANCELLED

    def _put_back(self, lines: list[str]) -> None:
        with self._lock, contextlib.suppress(IndexError):
            self._lines.extendleft(reversed(lines))
