"""The mail server, as SMTP_URL and SMTP_FROM name it."""

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

_SUBMISSION, _RELAY, _OVER_TLS = 587, 25, 465


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and in whose name.

    `is_tls` speaks TLS from the first byte; otherwise STARTTLS is used where it is offered.
    """

    host: str
    port: int
    is_tls: bool
    sender: str
    user: str | None = None
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """On this machine, where nobody listens in on the way."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def own_name(self) -> str:
        """How this machine names itself; the library's own way asks the resolver for it."""
        name = socket.gethostname()
        return name if name.isascii() and name else "localhost"


def server_of(settings: Mapping[str, Any]) -> Server | None:
    """The server of these settings; none without SMTP_URL.

    The port is 465 for smtps://, else 587 with a user and 25 without one. The sender is
    SMTP_FROM, else `holdfast` at the host of PUBLIC_URL.
    """
    if settings["SMTP_URL"] is None:
        return None
    parts = urlsplit(settings["SMTP_URL"])
    is_tls = parts.scheme == "smtps"
    usual = _OVER_TLS if is_tls else _SUBMISSION if parts.username else _RELAY
    return Server(
        host=parts.hostname or "",
        port=parts.port or usual,
        is_tls=is_tls,
        sender=_sender(settings),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
    )


def new_message_id(settings: Mapping[str, Any]) -> str:
    """A name of a letter that no other has, in the sender's domain (RFC 5322, 3.6.4)."""
    domain = parseaddr(_sender(settings))[1].rpartition("@")[2]
    return f"<{secrets.token_hex(16)}@{domain if domain.isascii() and domain else 'localhost'}>"


def _sender(settings: Mapping[str, Any]) -> str:
    return settings["SMTP_FROM"] or f"holdfast@{urlsplit(settings['PUBLIC_URL']).hostname}"
