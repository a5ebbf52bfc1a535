"""Shares of Windows and Samba by their UNC path, or one that is mounted into a folder."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import smbclient
from smbprotocol.connection import Connection as SmbConnection
from smbprotocol.exceptions import (
    LogonFailure,
    SMBAuthenticationError,
    SMBException,
    SMBOSError,
)
from smbprotocol.header import NtStatus
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, Immutability, Place, Space, Store
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_READ_ONLY,
    STORAGE_REFUSED,
    STORAGE_UNREACHABLE,
    DriverError,
)
from app.storage.drivers.local import LocalDriver
from app.storage.drivers.sockets import addresses_of, chain, network_error

# It prints a stack trace for each server that hangs up; what matters of it comes as an exception.
logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)
# A referral would name another server, which nobody has found fit.
smbclient.ClientConfig(skip_dfs=True)

_MEDIA_WRITE_PROTECTED = 0xC00000A2
_QUOTA_EXCEEDED = 0xC0000044
_BY_STATUS = {
    NtStatus.STATUS_ACCESS_DENIED: (STORAGE_REFUSED, "The user may not use this share or folder."),
    NtStatus.STATUS_DISK_FULL: (STORAGE_FULL, "The share's disk is full."),
    _QUOTA_EXCEEDED: (STORAGE_FULL, "The user's quota on the share is used up."),
    _MEDIA_WRITE_PROTECTED: (STORAGE_READ_ONLY, "The share is read-only."),
    NtStatus.STATUS_BAD_NETWORK_NAME: (STORAGE_NOT_FOUND, "The server has no such share."),
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND: (STORAGE_NOT_FOUND, "The folder is not on the share."),
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND: (STORAGE_NOT_FOUND, "The folder is not on the share."),
    NtStatus.STATUS_NOT_A_DIRECTORY: (STORAGE_NOT_FOUND, "The path is not a folder."),
}


class ShareStore:
    """A folder on a share."""

    host_key: str | None = None

    def __init__(self, folder: str, **session: Any) -> None:
        self._folder = folder
        self._session = session

    def look(self) -> None:
        with contextlib.closing(smbclient.scandir(self._folder, **self._session)) as entries:
            next(entries, None)

    def write(self, name: str, data: bytes) -> None:
        with smbclient.open_file(self._in(name), mode="xb", **self._session) as file:
            file.write(data)

    def read(self, name: str) -> bytes:
        with smbclient.open_file(self._in(name), mode="rb", **self._session) as file:
            return bytes(file.read(MOST_BYTES))

    def remove(self, name: str) -> None:
        try:
            smbclient.remove(self._in(name), **self._session)
        except SMBOSError as exc:
            if exc.ntstatus != NtStatus.STATUS_OBJECT_NAME_NOT_FOUND:
                raise

    def volume(self) -> Space:
        told = smbclient.stat_volume(self._folder, **self._session)
        return Space(
            total_bytes=told.total_size,
            used_bytes=told.total_size - told.actual_available_size,
            free_bytes=told.caller_available_size,
        )

    def used_bytes(self) -> int | None:
        return None

    def probe_immutability(self, days: int) -> Immutability:
        return Immutability(None, "A share has no retention that could be tried.")

    def _in(self, name: str) -> str:
        return f"{self._folder}\\{name}"


class NetworkDriver:
    """SMB 2 and 3 with signing; a path that is no UNC path is a folder of this machine."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[Store]:
        connection = parse(place.provider_type, place.connection_string)
        if connection.host is None:
            with LocalDriver().open(place, attempt) as folder:
                yield folder
        else:
            with _share(place, connection, attempt) as share:
                yield share

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        if not place.connection_string.startswith("\\\\"):
            with LocalDriver().refusals(place):
                yield
            return
        try:
            yield
        except (SMBException, OSError, ValueError) as exc:
            raise explain(exc) from exc


@contextlib.contextmanager
def _share(place: Place, connection: Connection, attempt: Attempt) -> Iterator[ShareStore]:
    """Sign in to a share.

    The server is called by its address, as in a UNC path with an address: should the library
    connect anew, it comes to the same one.
    """
    user, password = _user(place), place.credentials.get("password", "")
    port = connection.port or 0
    server, address = _connect(place, connection, attempt)
    try:
        session = Session(server, user, password, require_encryption=False, auth_protocol="ntlm")
        session.connect()
        root = f"\\\\{address}\\{connection.container}"
        TreeConnect(session, root).connect()
        yield ShareStore(
            "\\".join((root, *filter(None, connection.path.split("\\")))),
            username=user,
            password=password,
            port=port,
            connection_cache={f"{address.lower()}:{port}": server},
        )
    finally:
        _hang_up(server)


def _connect(place: Place, connection: Connection, attempt: Attempt) -> tuple[SmbConnection, str]:
    error = DriverError(STORAGE_UNREACHABLE, "The host's name has no address.")
    port = connection.port or 0
    for address in addresses_of(place, connection.host or "", port):
        server = SmbConnection(smbclient.ClientConfig().client_guid, address, port)
        try:
            server.connect(timeout=attempt.left())
            attempt.watch(server.transport._sock)
        except (SMBException, OSError, ValueError) as exc:
            _hang_up(server)
            error = explain(exc)
            continue
        return server, address
    raise error


def _hang_up(server: SmbConnection) -> None:
    """Close the socket, which ends the session too: a polite farewell would wait for an answer."""
    if server.transport is not None:
        server.transport.close()


def _user(place: Place) -> str:
    user, domain = place.credentials.get("username"), place.credentials.get("domain")
    if not user:
        raise DriverError(STORAGE_ADDRESS, "It takes a `username` and a `password`.")
    return f"{domain}\\{user}" if domain else user


def explain(exc: BaseException) -> DriverError:
    """What an error of smbprotocol, or of a socket below it, means."""
    status = getattr(exc, "ntstatus", None) or getattr(exc, "status", None)
    if status in _BY_STATUS:
        return DriverError(*_BY_STATUS[status])
    if isinstance(exc, (SMBAuthenticationError, LogonFailure)):
        return DriverError(STORAGE_REFUSED, "The server refused the user or the password.")
    if status is not None:
        words = f"The server refused it with the status {status:#010x}."
        return DriverError(STORAGE_REFUSED, words)
    if "timeout" in str(exc):
        return network_error(TimeoutError())
    below = next((e for e in chain(exc) if isinstance(e, OSError)), None)
    if below is not None:
        return network_error(below)
    return DriverError(STORAGE_PROTOCOL, "The other side does not answer as an SMB server does.")


DRIVER = NetworkDriver()
