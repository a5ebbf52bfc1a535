"""How many threads of this process may wait at the same time, and until when."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import current_app


class Waiters:
    """A bounded count of waiting threads; taking a place never blocks."""

    def __init__(self, limit: int) -> None:
        if limit < 0:
            raise ValueError("The limit of waiters is zero or more")
        self.limit = limit
        self._taken = 0
        self._is_ending: Callable[[], bool] = lambda: False
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Places in use now; it may be out of date as soon as it is read."""
        return self._taken

    @property
    def are_dismissed(self) -> bool:
        """The process is to end: whoever waits answers with what there is, at once."""
        return self._is_ending()

    def dismiss_when(self, is_ending: Callable[[], bool]) -> None:
        """Say how to learn that the process is to end; whoever serves the application knows."""
        self._is_ending = is_ending

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Hold one place for the block; False, and no place held, when all are taken."""
        ok = self._take()
        try:
            yield ok
        finally:
            if ok:
                self._give_back()

    def _take(self) -> bool:
        with self._lock:
            if self._taken >= self.limit:
                return False
            self._taken += 1
            return True

    def _give_back(self) -> None:
        with self._lock:
            self._taken -= 1


def waiters() -> Waiters:
    """The places of this process: half of its threads."""
    found: Waiters = current_app.extensions["waiters"]
    return found
