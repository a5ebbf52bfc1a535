"""Looks names up, in a time that the resolver does not choose."""

import contextlib
import socket
import threading

RESOLVE_SECONDS = 2.0
# A resolver that hangs cannot be ended, only left behind; so many may be.
_lookups = threading.BoundedSemaphore(32)


def look_up(host: str) -> tuple[str, ...]:
    """Every address of a host; none when it is not known within RESOLVE_SECONDS.

    In a thread of its own: nobody can tell a resolver how long it may take.
    """
    if not _lookups.acquire(blocking=False):
        return ()
    found: list[str] = []
    done = threading.Event()

    def run() -> None:
        try:
            with contextlib.suppress(OSError, UnicodeError):
                answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
                found.extend(str(answer[4][0]) for answer in answers)
        finally:
            _lookups.release()
            done.set()

    threading.Thread(target=run, name="lookup", daemon=True).start()
    done.wait(RESOLVE_SECONDS)
    return tuple(dict.fromkeys(found)) if done.is_set() else ()
