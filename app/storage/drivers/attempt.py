"""The time that one call to a storage has, and how it is cut off when that is over."""

import socket
import threading
import time

from app.storage.drivers.errors import STORAGE_TIMEOUT, DriverError

# No single wait for the network is longer.
WAIT_SECONDS = 5.0
# What is left at the end for removing what was written.
TIDY_SECONDS = 2.0


class Attempt:
    """A call's time: work stops TIDY_SECONDS before its end, so that the probe can be removed.

    A silent server meets the waits of its library, which `left` gives. One that answers a byte at
    a time meets none of them: `cut_off` shuts the sockets that the driver has named, and whoever
    reads from them wakes with an error.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._tidy_seconds = min(TIDY_SECONDS, seconds / 4)
        self._is_tidying = False
        self._is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def left(self, at_most: float = WAIT_SECONDS) -> float:
        """Return how many seconds the next wait may last; raises DriverError when none."""
        reserve = 0 if self._is_tidying else self._tidy_seconds
        seconds = self._ends_at - reserve - time.monotonic()
        if self._is_over or seconds <= 0:
            raise self.timeout()
        return min(at_most, seconds)

    def timeout(self) -> DriverError:
        return DriverError(
            STORAGE_TIMEOUT, f"The storage did not finish within {self.seconds:g} seconds."
        )

    def tidy(self) -> None:
        """From now on the work is to remove what was written, for which time was kept."""
        self._is_tidying = True

    def watch(self, sock: socket.socket) -> None:
        """Take a socket that is shut when the time is over.

        A second descriptor of it is kept: TLS moves the first one into another object, and a
        number that was closed may by then be somebody else's.
        """
        with self._lock:
            self._sockets.append(sock.dup())
            is_over = self._is_over
        if is_over:
            self.cut_off()

    def cut_off(self) -> None:
        """Shut and let go of what was named, now and from now on."""
        with self._lock:
            self._is_over = True
            sockets, self._sockets = self._sockets, []
        for sock in sockets:
            with sock:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was quicker.
        return
