"""Looks names up, so that what they mean can be judged before anybody connects."""

import contextlib
import socket
import threading

from app.core.errors import ValidationFailed
from app.storage.drivers.errors import STORAGE_UNREACHABLE, DriverError
from app.storage.rules.addresses import REFUSED, is_forbidden, is_forbidden_name, literal

RESOLVE_SECONDS = 2.0
# A resolver that hangs cannot be ended, only left behind; so many may be.
_lookups = threading.BoundedSemaphore(32)


def fit_addresses(host: str, field: str, *, allow_loopback: bool) -> tuple[str, ...]:
    """Every address of a host, each found fit; waits RESOLVE_SECONDS at most.

    Raises ValidationFailed on the field for one that nobody may be sent to, and DriverError for
    a name that is not known.
    """
    if is_forbidden_name(host):
        raise ValidationFailed.on(field, REFUSED)
    address = literal(host)
    found = (address,) if address else _look_up(host)
    if any(is_forbidden(one, allow_loopback=allow_loopback) for one in found):
        raise ValidationFailed.on(field, REFUSED)
    if not found:
        raise DriverError(STORAGE_UNREACHABLE, f"The name {host} is not known here.")
    return found


def _look_up(host: str) -> tuple[str, ...]:
    """In a thread of its own: nobody can tell a resolver how long it may take."""
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

    threading.Thread(target=run, name="storage-lookup", daemon=True).start()
    done.wait(RESOLVE_SECONDS)
    return tuple(dict.fromkeys(found)) if done.is_set() else ()
