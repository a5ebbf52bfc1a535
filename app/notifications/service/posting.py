"""Posts to a webhook: to an address that was found fit, in time, and never where it points next."""

import contextlib
import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from app.core.addresses import is_public
from app.core.deadlines import Deadline
from app.core.logging import mask_text

WAIT_SECONDS = 10.0
_ANSWER_BYTES = 4096
_MOST_WORDS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# The other side is busy, or says that the same may work later.
_AGAIN = {408, 425, 429}
LONGEST_WAIT = timedelta(hours=1)
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
_TEAMS_BUSY = re.compile(r"HTTP error (429|5\d\d)")


@dataclass(frozen=True)
class Answer:
    """How a post went, in words without secrets; `wait` is what the other side asked for."""

    is_taken: bool
    is_temporary: bool
    words: str
    wait: timedelta | None = None


class _Pinned(http.client.HTTPConnection):
    """A connection to one of these addresses, whatever the name means by now."""

    def __init__(self, host: str, port: int, addresses: tuple[str, ...], deadline: Deadline):
        super().__init__(host, port)
        self._addresses = addresses
        self._deadline = deadline
        self.context: ssl.SSLContext | None = None

    def connect(self) -> None:
        sock = self._deadline.connect(self._addresses, self.port, WAIT_SECONDS)
        self.sock = sock
        if self.context is not None:
            self.sock = self.context.wrap_socket(sock, server_hostname=self.host)


def post(
    url: str,
    addresses: tuple[str, ...],
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    now: datetime,
) -> Answer:
    """Post JSON once. A redirect is not followed: it is a refusal that says so."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Content-Type": "application/json", "User-Agent": "Holdfast", **headers}
    with Deadline(seconds) as deadline:
        port = parts.port or (443 if is_tls else 80)
        connection = _Pinned(parts.hostname or "", port, addresses, deadline)
        if is_tls:
            connection.context = ssl.create_default_context()
        try:
            connection.request("POST", path, body=body, headers=sent)
            response = connection.getresponse()
            told = _read(response)
        except (OSError, http.client.HTTPException, ValueError) as exc:
            return Answer(False, True, _explain(exc, deadline))
        finally:
            connection.close()
    # What a machine of somebody's own network answers is for nobody else to read.
    shown = told if all(is_public(address) for address in addresses) else ""
    return _judge(response, told, shown, now)


def _read(response: http.client.HTTPResponse) -> str:
    """The beginning of the answer: its status is known by now, and counts whatever follows."""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        return response.read1(_ANSWER_BYTES).decode(errors="replace")
    return ""


def _judge(response: http.client.HTTPResponse, told: str, shown: str, now: datetime) -> Answer:
    status = response.status
    words = f"It answered {status} {_CONTROL.sub(' ', response.reason or '')}".strip()
    if 200 <= status < 300:
        if _TEAMS_BUSY.search(told):
            return Answer(False, True, "Teams took it, but could not deliver it for now.")
        return Answer(True, False, "Taken.")
    if 300 <= status < 400:
        words += ": it points elsewhere, and is not followed. Set the address that it points to."
        return Answer(False, False, words)
    if shown:
        words += f": {mask_text(_CONTROL.sub(' ', shown).strip())[:_MOST_WORDS]}"
    is_temporary = status >= 500 or status in _AGAIN
    wait = _asked_for(response, now) if is_temporary else None
    return Answer(False, is_temporary, words, wait)


def _asked_for(response: http.client.HTTPResponse, now: datetime) -> timedelta | None:
    """Retry-After: seconds or a date (RFC 9110, 10.2.3); an hour at most."""
    text = (response.headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        seconds = min(int(text[:9]), LONGEST_WAIT.total_seconds())
        return timedelta(seconds=seconds)
    try:
        wait = parsedate_to_datetime(text) - now
    except (TypeError, ValueError):
        return None
    return max(timedelta(0), min(wait, LONGEST_WAIT))


def _explain(exc: Exception, deadline: Deadline) -> str:
    if deadline.is_over or isinstance(exc, TimeoutError):
        return f"It did not answer within {deadline.seconds:g} seconds."
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {exc.verify_message}."
    if isinstance(exc, ssl.SSLError):
        return "It does not speak TLS there, or none that is safe."
    if isinstance(exc, ConnectionRefusedError):
        return "Nothing answers at this address and port."
    if isinstance(exc, ConnectionError | http.client.RemoteDisconnected):
        return "It closed the connection before it had answered."
    if isinstance(exc, socket.gaierror | OSError):
        return "There is no way to this address."
    return "It does not answer as HTTP."
