"""Errands: calls to other machines, each in a thread of its own, a bounded number at once.

They are not for the queue's workers: a server that hangs would hold up what waits behind it.
"""

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.core.logging import get_logger

log = get_logger("errands")
# A process that ends waits so long for what is on its way, so that it is not sent again.
FAREWELL_SECONDS = 5.0
# Weakly: an application that is gone has nothing on its way.
_known: "weakref.WeakSet[Errands]" = weakref.WeakSet()


class Errands:
    """A bounded number of threads, made when they are needed; none of them is waited for.

    The row that an errand is about must be claimed before, by a lease: a process that dies
    takes its errands with it.
    """

    def __init__(self, app: Flask, name: str, places: int) -> None:
        self._app = app
        self._name = name
        self._places = places
        self._busy = 0
        self._changed = threading.Condition()
        _known.add(self)

    @property
    def free(self) -> int:
        """How many more may be begun now."""
        with self._changed:
            return self._places - self._busy

    def begin(self, work: Callable[..., None], *args: Any) -> None:
        """Do it in a thread, inside the application."""
        with self._changed:
            self._busy += 1
        threading.Thread(
            target=self._run, args=(work, *args), name=f"errand-{self._name}", daemon=True
        ).start()

    def wait(self, seconds: float) -> bool:
        """Wait until none is on its way; False when the time was over before."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, timeout=max(0.0, seconds))

    def _run(self, work: Callable[..., None], *args: Any) -> None:
        try:
            with self._app.app_context():
                work(*args)
        except Exception as error:  # Nobody waits for it; its row comes again when its lease ends.
            log.error("errand_failed", errand=self._name, exc_info=error)
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


@atexit.register
def _farewell() -> None:
    give_up = time.monotonic() + FAREWELL_SECONDS
    for errands in list(_known):
        errands.wait(give_up - time.monotonic())
