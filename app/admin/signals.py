"""Hearing that a process is asked to end, without a lock that a signal could find taken."""

import queue
import signal
from contextlib import suppress
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopSignal:
    """TERM, INT or HUP, from the moment this is made in the main thread.

    A supervisor may signal the group and the process: every signal after the first changes
    nothing. `threading.Event.set` may not be called by a handler: the second signal would wait
    for ever for the lock that the first one holds. `SimpleQueue.put` is made for it.
    """

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._is_set = False
        for number in ENDING:
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._heard.put(number)

    def wait(self, seconds: float) -> bool:
        """Say whether the end was asked for, at once when it is and after `seconds` when not."""
        if not self._is_set:
            with suppress(queue.Empty):
                self._heard.get(timeout=seconds)
                self._is_set = True
        return self._is_set
