"""The time that one call to another machine has, and how it is cut off when that is over."""

import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType


class Deadline:
    """A call's time, for the length of a `with` block.

    A silent server meets the waits of its library, which `left` gives. One that answers a byte at
    a time meets none of them: when the time is over, the sockets that were named are shut, and
    whoever reads from them wakes with an error.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._ends_at = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for sock in sockets:
            sock.close()

    def left(self, at_most: float) -> float:
        """How many seconds the next wait may last; raises TimeoutError when none."""
        seconds = self._ends_at - time.monotonic()
        if self.is_over or seconds <= 0:
            raise TimeoutError(f"No answer within {self.seconds:g} seconds")
        return min(at_most, seconds)

    def connect(self, addresses: Sequence[str], port: int, at_most: float) -> socket.socket:
        """Open a connection to the first address that takes one, to be shut when time is over.

        Raises OSError, that of the last address.
        """
        error: OSError = ConnectionError("There is no address to connect to")
        for address in addresses:
            try:
                sock = socket.create_connection((address, port), timeout=self.left(at_most))
            except OSError as exc:
                error = exc
                continue
            sock.settimeout(at_most)
            self._watch(sock)
            return sock
        raise error

    def _watch(self, sock: socket.socket) -> None:
        """A second descriptor is kept: TLS moves the first one into another object, and a number
        that was closed may by then be somebody else's."""
        with self._lock:
            self._sockets.append(sock.dup())
            is_over = self.is_over
        if is_over:
            self._cut_off()

    def _cut_off(self) -> None:
        with self._lock:
            self.is_over = True
            for sock in self._sockets:
                # The other side may have been quicker.
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
