"""Connects to the addresses that were found fit, within an attempt's time."""

import errno
import socket
from collections.abc import Iterable

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_TIMEOUT, STORAGE_UNREACHABLE, DriverError

_UNREACHABLE = "Nothing answers there: the connection was refused or there is no way to the host."
_SILENT = "Nothing answers there within a few seconds; a firewall may drop the connection."


def addresses_of(place: Place, host: str, port: int) -> tuple[str, ...]:
    """The checked addresses of a place, or else what its host's name resolves to now."""
    if place.addresses is not None:
        return place.addresses
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise DriverError(STORAGE_UNREACHABLE, "The host's name cannot be resolved.") from exc
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(place: Place, host: str, port: int, attempt: Attempt) -> socket.socket:
    """Open a TCP connection that ends with the attempt; raises DriverError."""
    error = DriverError(STORAGE_UNREACHABLE, "The host's name has no address.")
    for address in addresses_of(place, host, port):
        try:
            sock = socket.create_connection((address, port), timeout=attempt.left())
        except OSError as exc:
            error = network_error(exc)
            continue
        attempt.watch(sock)
        return sock
    raise error


def network_error(exc: BaseException) -> DriverError:
    """What a socket's error means to an administrator."""
    if isinstance(exc, TimeoutError) or getattr(exc, "errno", None) == errno.ETIMEDOUT:
        return DriverError(STORAGE_TIMEOUT, _SILENT)
    if isinstance(exc, (ConnectionResetError, BrokenPipeError, EOFError)):
        return DriverError(STORAGE_UNREACHABLE, "The other side closed the connection.")
    return DriverError(STORAGE_UNREACHABLE, _UNREACHABLE)


def chain(exc: BaseException) -> Iterable[BaseException]:
    """An exception and what caused it, outermost first; libraries wrap what sockets raise."""
    seen: list[BaseException] = []
    found: BaseException | None = exc
    while found is not None and found not in seen:
        seen.append(found)
        found = found.__cause__ or found.__context__
    return seen
