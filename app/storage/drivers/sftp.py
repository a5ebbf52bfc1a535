"""SFTP servers, by paramiko."""

import contextlib
import errno
import io
import logging
import posixpath
import select
import shlex
import stat
from collections.abc import Iterator
from typing import Any

import paramiko
from paramiko.message import Message
from paramiko.sftp import CMD_EXTENDED, CMD_EXTENDED_REPLY
from paramiko.ssh_exception import IncompatiblePeer

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, UNTOLD, Immutability, Place, Space
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import (
    STORAGE_ADDRESS,
    STORAGE_FULL,
    STORAGE_HOST_KEY_CHANGED,
    STORAGE_NOT_FOUND,
    STORAGE_PROTOCOL,
    STORAGE_READ_ONLY,
    STORAGE_REFUSED,
    STORAGE_TIMEOUT,
    DriverError,
)
from app.storage.drivers.sockets import chain, connect, network_error

# It prints a stack trace for each server that hangs up; what matters of it comes as an exception.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

_STATVFS = b"statvfs@openssh.com"
_IS_READ_ONLY = 1
_KEY_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_HOST_KEY_KINDS = (
    *("ssh-ed25519", "ssh-rsa"),
    *(f"ecdsa-sha2-nistp{size}" for size in (256, 384, 521)),
)


class SftpStore:
    """A folder on an SFTP server."""

    def __init__(self, transport: paramiko.Transport, client: paramiko.SFTPClient, path: str):
        self.host_key: str | None = key_text(transport.get_remote_server_key())
        self._transport = transport
        self._client = client
        self._path = path

    def look(self) -> None:
        if not stat.S_ISDIR(self._client.stat(self._path).st_mode or 0):
            raise DriverError(STORAGE_NOT_FOUND, "The path is not a folder.")

    def write(self, name: str, data: bytes) -> None:
        try:
            with self._client.open(self._in(name), "wx") as file:
                file.write(data)
        except OSError as exc:
            raise self._without_reason() if _is_bare_failure(exc) else exc from exc

    def read(self, name: str) -> bytes:
        with self._client.open(self._in(name), "r") as file:
            return file.read(MOST_BYTES)

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._client.remove(self._in(name))

    def volume(self) -> Space:
        told = self._statvfs()
        return told[0] if told else self._df()

    def used_bytes(self) -> int | None:
        return None

    def probe_immutability(self, days: int) -> Immutability:
        return Immutability(None, "SFTP has no retention that could be tried.")

    def _in(self, name: str) -> str:
        return posixpath.join(self._path, name)

    def _statvfs(self) -> tuple[Space, bool] | None:
        """Space, and whether it is read-only, by OpenSSH's extension; None where it is not known.

        Its reply is ten numbers of 64 bits: PROTOCOL of OpenSSH, section 4.4.
        """
        ask: Any = self._client._request  # type: ignore[attr-defined]
        try:
            kind, reply = ask(CMD_EXTENDED, _STATVFS, self._path)
        except OSError:
            return None
        if kind != CMD_EXTENDED_REPLY:
            return None
        _, fragment, blocks, free, available, *_, flags, _ = _numbers(reply, 11)
        told = Space(blocks * fragment, (blocks - free) * fragment, available * fragment)
        return told, bool(flags & _IS_READ_ONLY)

    def _df(self) -> Space:
        """Ask `df`, on a server that knows no extension but gives a shell."""
        seconds = self._transport.channel_timeout
        try:
            with self._transport.open_session(timeout=seconds) as channel:
                channel.settimeout(seconds)
                # Quoted, and behind the end of the options.
                command = f"df -Pk -- {shlex.quote(self._path)}"
                channel.exec_command(command)  # nosec B601
                output = channel.makefile("rb").read(MOST_BYTES).decode("utf-8", "replace")
        except (paramiko.SSHException, TimeoutError):
            return UNTOLD
        return _read_df(output)

    def _without_reason(self) -> DriverError:
        """SFTP has one word for full and for read-only; the volume may tell which it was."""
        told = self._statvfs()
        if told and told[1]:
            return DriverError(STORAGE_READ_ONLY, "The server's file system is read-only.")
        if told and not told[0].free_bytes:
            return DriverError(STORAGE_FULL, "The server's file system is full.")
        words = "The server refused to write and gave no reason: is it full, or over a quota?"
        return DriverError(STORAGE_REFUSED, words)


class SftpDriver:
    """SFTP version 3, as OpenSSH and most appliances speak it."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[SftpStore]:
        connection = parse(place.provider_type, place.connection_string)
        user = connection.user or place.credentials.get("username")
        if not user:
            raise DriverError(STORAGE_ADDRESS, "It takes a user: sftp://user@host/path.")
        key = read_key(place.credentials.get("private_key"))
        if key is None and place.credentials.get("password") is None:
            raise DriverError(STORAGE_ADDRESS, "It takes a `private_key` or a `password`.")
        with _transport(place, connection, attempt) as transport:
            _check_host_key(place, transport)
            transport.auth_timeout = attempt.left()
            _sign_in(transport, user, key, place.credentials.get("password"))
            transport.channel_timeout = attempt.left()
            client = transport.open_sftp_client()
            if client is None:
                raise DriverError(STORAGE_REFUSED, "The server offers no SFTP to this user.")
            with client:
                channel = client.get_channel()
                if channel is not None:
                    channel.settimeout(attempt.left())
                yield SftpStore(transport, client, connection.path)

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except (paramiko.SSHException, OSError, EOFError) as exc:
            raise explain(exc) from exc


@contextlib.contextmanager
def _transport(
    place: Place, connection: Connection, attempt: Attempt
) -> Iterator[paramiko.Transport]:
    """A connection whose keys are exchanged, the server's host key not yet judged."""
    # Once the other side hung up, closing the transport leaves its socket open.
    with connect(place, connection.host or "", connection.port or 0, attempt) as sock:
        # A server speaks first, so that one that does not is known without its library.
        if not select.select([sock], [], [], attempt.left())[0]:
            raise DriverError(STORAGE_TIMEOUT, "The server takes the connection and says nothing.")
        with contextlib.closing(paramiko.Transport(sock)) as transport:
            transport.banner_timeout = transport.handshake_timeout = attempt.left()
            if place.host_key:
                transport.get_security_options().key_types = _algorithms(place.host_key)
            transport.start_client(timeout=attempt.left())
            if not transport.initial_kex_done:
                # It returns without a word when its time is over.
                raise DriverError(
                    STORAGE_TIMEOUT, "The server does not come to an end of greeting."
                )
            yield transport


def _algorithms(host_key: str) -> tuple[str, ...]:
    """How a server may sign with the kind of key that is expected of it."""
    kind = host_key.split(" ", 1)[0]
    if kind not in _HOST_KEY_KINDS:
        raise DriverError(STORAGE_ADDRESS, "The host key is of a kind that is not taken any more.")
    return _RSA if kind == "ssh-rsa" else (kind,)


def _check_host_key(place: Place, transport: paramiko.Transport) -> None:
    if place.host_key and key_text(transport.get_remote_server_key()) != place.host_key:
        raise _other_host_key()


def _sign_in(
    transport: paramiko.Transport, user: str, key: paramiko.PKey | None, password: str | None
) -> None:
    if key is not None:
        try:
            wanted = transport.auth_publickey(user, key)
        except paramiko.AuthenticationException:
            if password is None:
                raise
        else:
            if not wanted:
                return
    if password is not None:
        transport.auth_password(user, password)
    if not transport.is_authenticated():
        raise paramiko.AuthenticationException("The server wants more than was given.")


def read_key(text: str | None) -> paramiko.PKey | None:
    """A private key of OpenSSH or PEM; raises DriverError when it is none, or has a passphrase."""
    if not text:
        return None
    # Pasted keys lose their last line break, and OpenSSH's reader wants it.
    lines = text.strip() + "\n"
    for kind in _KEY_KINDS:
        with contextlib.suppress(paramiko.SSHException, ValueError, IndexError):
            return kind.from_private_key(io.StringIO(lines))
    words = "The `private_key` is not an ed25519, ecdsa or RSA key without a passphrase."
    raise DriverError(STORAGE_ADDRESS, words)


def key_text(key: paramiko.PKey) -> str:
    """A host key as a line of `known_hosts` has it: its type and itself in base64."""
    return f"{key.get_name()} {key.get_base64()}"


def explain(exc: BaseException) -> DriverError:
    """What an error of paramiko, or of a socket below it, means."""
    if isinstance(exc, paramiko.AuthenticationException):
        return DriverError(STORAGE_REFUSED, "The server refused the user, the key or the password.")
    if isinstance(exc, IncompatiblePeer) and "host key" in str(exc):
        return _other_host_key()
    if isinstance(exc, paramiko.SSHException):
        below = next((error for error in chain(exc) if isinstance(error, OSError)), None)
        if below is not None:
            return network_error(below)
        words = "The other side does not answer as an SSH server does, or hung up."
        return DriverError(STORAGE_PROTOCOL, words)
    if getattr(exc, "errno", None) == errno.ENOENT:
        return DriverError(STORAGE_NOT_FOUND, "The folder does not exist on the server.")
    if getattr(exc, "errno", None) == errno.EACCES:
        return DriverError(STORAGE_REFUSED, "The server's user may not use this folder.")
    if isinstance(exc, OSError) and _is_bare_failure(exc):
        return DriverError(STORAGE_REFUSED, "The server refused it and gave no reason.")
    return network_error(exc)


def _other_host_key() -> DriverError:
    words = "The server shows another host key than before: it was set up anew, or it is another."
    return DriverError(STORAGE_HOST_KEY_CHANGED, words)


def _is_bare_failure(exc: OSError) -> bool:
    """What paramiko makes of a status without a name of its own: words, and no number."""
    return exc.errno is None and not isinstance(exc, TimeoutError)


def _numbers(reply: Message, count: int) -> list[int]:
    return [reply.get_int64() for _ in range(count)]


def _read_df(output: str) -> Space:
    """The one data line of `df -Pk`, whose first column may have spaces."""
    lines = output.strip().splitlines()
    words = lines[-1].split() if len(lines) > 1 else []
    at = next((i for i, word in enumerate(words) if word.endswith("%")), 0)
    if at < 4 or not all(word.isdigit() for word in words[at - 3 : at]):
        return UNTOLD
    total, used, free = (int(word) * 1024 for word in words[at - 3 : at])
    return Space(total, used, free)


DRIVER = SftpDriver()
