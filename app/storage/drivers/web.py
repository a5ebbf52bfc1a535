"""HTTP to a storage: to checked addresses only, in time, and never more than is wanted."""

import http.client
import socket
import ssl
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_CERTIFICATE, STORAGE_PROTOCOL, DriverError
from app.storage.drivers.sockets import chain, connect, network_error

# A list of 200,000 packs as a REST server gives it has 20 MB.
ANSWER_BYTES = 64 * 1024 * 1024


class _Counted:
    """A socket that takes no more of one answer than ANSWER_BYTES, whoever reads from it."""

    _received = 0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        count = int(super().recv_into(*args, **kwargs))  # type: ignore[misc]
        self._received += count
        if self._received > ANSWER_BYTES:
            raise DriverError(STORAGE_PROTOCOL, "The other side's answer has no end.")
        return count

    def forget(self) -> None:
        self._received = 0


class _PlainSocket(_Counted, socket.socket):
    pass


class _TlsSocket(_Counted, ssl.SSLSocket):
    pass


def pools(place: Place, attempt: Attempt, **base: type[HTTPConnectionPool]) -> dict[str, Any]:
    """Pools of urllib3, by scheme, whose connections go where this place is and end in time.

    `base` are the pools of a library that has its own.
    """
    found = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool} | base
    return {scheme: _pool(pool, place, attempt) for scheme, pool in found.items()}


def _pool(
    base: type[HTTPConnectionPool], place: Place, attempt: Attempt
) -> type[HTTPConnectionPool]:
    connection = _connection(base.ConnectionCls, place, attempt)  # type: ignore[arg-type]
    return type(base.__name__, (base,), {"ConnectionCls": connection})


def _connection(base: type[HTTPConnection], place: Place, attempt: Attempt) -> type[HTTPConnection]:
    class Connection(base):  # type: ignore[valid-type, misc]
        def _new_conn(self) -> socket.socket:
            plain = connect(place, self._dns_host, self.port, attempt)
            seconds = plain.gettimeout()
            sock = _PlainSocket(plain.family, plain.type, plain.proto, plain.detach())
            sock.settimeout(seconds)
            return sock

        def getresponse(self) -> Any:
            if isinstance(self.sock, _Counted):
                self.sock.forget()
            response = super().getresponse()
            if response.headers.get("Content-Encoding", "identity") != "identity":
                # Nobody asked for it, and a little of it may become much.
                raise DriverError(STORAGE_PROTOCOL, "The other side packed its answer.")
            return response

    return Connection


def tls_context() -> ssl.SSLContext:
    """What verifies certificates: this machine's own authorities, as restic takes them too."""
    context = ssl.create_default_context()
    context.sslsocket_class = _TlsSocket
    return context


class _Adapter(HTTPAdapter):
    """Sends each request within the attempt's time, whatever time-outs a library asks for."""

    def __init__(self, place: Place, attempt: Attempt) -> None:
        self._attempt = attempt
        self._pools = pools(place, attempt)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=tls_context())
        self.poolmanager.pool_classes_by_scheme = self._pools

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        request.headers["Accept-Encoding"] = "identity"
        kwargs["timeout"] = self._attempt.left()
        return super().send(request, *args, **kwargs)


def equip(session: requests.Session, place: Place, attempt: Attempt) -> None:
    """Make a session ask no proxy, follow no redirect to a host unknown and read no .netrc."""
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", _Adapter(place, attempt))
    session.mount("http://", _Adapter(place, attempt))


def explain(exc: BaseException) -> DriverError:
    """What an error of requests, botocore or urllib3, or of a socket below it, means."""
    below = chain(exc)
    ours = next((error for error in below if isinstance(error, DriverError)), None)
    if ours is not None:
        return ours
    if any(isinstance(error, (ssl.SSLError, PoolSSLError)) for error in below):
        return _certificate(below)
    if any(isinstance(error, requests.TooManyRedirects) for error in below):
        return DriverError(STORAGE_PROTOCOL, "The other side points to another address; use that.")
    if any(_is_timeout(error) for error in below):
        return network_error(TimeoutError())
    if any(
        isinstance(error, (http.client.HTTPException, urllib3.exceptions.ProtocolError))
        and not isinstance(error, OSError)
        for error in below
    ):
        return DriverError(STORAGE_PROTOCOL, "The other side does not answer as HTTP, or hung up.")
    network = next((e for e in below if isinstance(e, OSError) and not _is_wrapper(e)), None)
    return network_error(network or exc)


def _is_timeout(exc: BaseException) -> bool:
    return isinstance(
        exc, (TimeoutError, urllib3.exceptions.TimeoutError, requests.exceptions.Timeout)
    )


def _is_wrapper(exc: BaseException) -> bool:
    return isinstance(exc, (requests.RequestException, HTTPError))


def _certificate(below: Any) -> DriverError:
    verification = next((e for e in below if isinstance(e, ssl.SSLCertVerificationError)), None)
    if verification is None:
        words = "The other side does not speak TLS here, or none that is safe."
        return DriverError(STORAGE_CERTIFICATE, words)
    words = f"The server's certificate is not trusted: {verification.verify_message}."
    return DriverError(STORAGE_CERTIFICATE, words)
