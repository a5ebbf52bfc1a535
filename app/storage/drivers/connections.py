"""What a connection string says, for each kind of storage."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from app.storage.drivers.errors import STORAGE_ADDRESS, DriverError

SSH_PORT = 22
SMB_PORT = 445
# Who gives a token for a service account, whatever the file of its key says.
GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105  # nosec B105 # an address
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_CONTAINER = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{1,221}[A-Za-z0-9]")
_SHARE = re.compile(r'[^\\/:*?"<>|]{1,80}')


@dataclass(frozen=True)
class Connection:
    """One storage's address, in parts; `container` is a bucket, an Azure container or a share.

    `host` is what the caller chose, None where it is this machine or the vendor's own service: it
    is what must be resolved and found fit before anybody connects. `path` is absolute for local,
    network and sftp; for object stores a prefix without slashes at its ends, for rest a path
    without them.
    """

    path: str
    host: str | None = None
    port: int | None = None
    container: str | None = None
    user: str | None = None
    is_tls: bool = False

    @property
    def netloc(self) -> str:
        """Host and port as a URL has them."""
        host = f"[{self.host}]" if ":" in (self.host or "") else self.host
        return f"{host}:{self.port}"


def parse(provider_type: str, connection_string: str, endpoint: str | None = None) -> Connection:
    """Take a connection string apart; raises DriverError STORAGE_ADDRESS, which says what fits."""
    parser = _PARSERS.get(provider_type)
    if parser is None:
        raise _unfit("There is no such kind of storage.")
    if any(ord(character) < 32 or ord(character) == 127 for character in connection_string):
        raise _unfit("A connection string has no control characters.")
    return parser(connection_string, endpoint)


def _local(text: str, endpoint: str | None) -> Connection:
    if not text.startswith("/") or ".." in text.split("/"):
        raise _unfit("It takes an absolute path, such as /srv/backups.")
    return Connection(path=text)


def _network(text: str, endpoint: str | None) -> Connection:
    r"""`\\host\share\path`, and `\\host:port\share` for a server on another port."""
    if not text.startswith("\\\\"):
        return _local(text, endpoint)
    host_text, _, rest = text[2:].replace("/", "\\").partition("\\")
    share, _, path = rest.partition("\\")
    if not _SHARE.fullmatch(share) or ".." in path.split("\\"):
        raise _unfit("It takes \\\\host\\share\\path, or the path of a mounted share.")
    parts = _split(f"smb://{host_text}")
    return Connection(
        path=path.strip("\\"), host=_host(parts), port=_port(parts) or SMB_PORT, container=share
    )


def _sftp(text: str, endpoint: str | None) -> Connection:
    parts = _split(text, "sftp")
    path = unquote(parts.path)
    if not path or ".." in path.split("/"):
        raise _unfit("It takes sftp://user@host:22/absolute/path.")
    _refuse_password(parts)
    user = unquote(parts.username) if parts.username else None
    return Connection(path=path, host=_host(parts), port=_port(parts) or SSH_PORT, user=user)


def _rest(text: str, endpoint: str | None) -> Connection:
    if not text.startswith("rest:"):
        raise _unfit("It takes rest:https://host:8000/path.")
    parts = _split(text.removeprefix("rest:"), "https", "http")
    if parts.username is not None:
        raise _unfit("The user name and the password belong into the credentials.")
    is_tls = parts.scheme == "https"
    port = _port(parts) or (443 if is_tls else 80)
    path = unquote(parts.path).strip("/")
    if ".." in path.split("/"):
        raise _unfit("It takes a path without `..`.")
    return Connection(path=path, host=_host(parts), port=port, is_tls=is_tls)


def _bucket(scheme: str) -> Callable[[str, str | None], Connection]:
    def parse_bucket(text: str, endpoint: str | None) -> Connection:
        scheme_found, _, rest = text.partition("://")
        container, _, prefix = rest.partition("/")
        if scheme_found != scheme or not _CONTAINER.fullmatch(container):
            raise _unfit(f"It takes {scheme}://name/prefix.")
        prefix = prefix.strip("/")
        if ".." in prefix.split("/"):
            raise _unfit("It takes a prefix without `..`.")
        if endpoint is None:
            return Connection(path=prefix, container=container, is_tls=True)
        parts = _split(endpoint, "https", "http")
        is_tls = parts.scheme == "https"
        port = _port(parts) or (443 if is_tls else 80)
        return Connection(prefix, _host(parts), port, container, is_tls=is_tls)

    return parse_bucket


def _tape(text: str, endpoint: str | None) -> Connection:
    return Connection(path=text)


_PARSERS: dict[str, Callable[[str, str | None], Connection]] = {
    "local": _local,
    "network": _network,
    "sftp": _sftp,
    "s3": _bucket("s3"),
    "azure": _bucket("azure"),
    "gcs": _bucket("gs"),
    "rest": _rest,
    "tape": _tape,
}


def _split(text: str, *schemes: str) -> SplitResult:
    try:
        parts = urlsplit(text)
    except ValueError as exc:
        raise _unfit("It is not an address.") from exc
    if schemes and parts.scheme not in schemes:
        raise _unfit(f"It takes an address that begins with {' or '.join(schemes)}://.")
    if parts.query or parts.fragment:
        raise _unfit("It takes an address without `?` and `#`; write %3F and %23 instead.")
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return _ip_address(host)
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError as exc:
        raise _unfit("Its host is not a name.") from exc
    if not _HOST.fullmatch(ascii_host):
        raise _unfit("It takes a host.")
    return ascii_host


def _ip_address(host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError as exc:
        raise _unfit("Its host is not an address.") from exc


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError as exc:
        raise _unfit("Its port is not a number up to 65535.") from exc
    if port == 0:
        raise _unfit("Its port is not a number up to 65535.")
    return port


def _refuse_password(parts: SplitResult) -> None:
    if parts.password is not None:
        raise _unfit("The password belongs into the credentials.")


def _unfit(message: str) -> DriverError:
    return DriverError(STORAGE_ADDRESS, message)
