"""Which addresses a webhook may be at: the internet's, unless this server's owner says more."""

from urllib.parse import urlsplit

from app.core.addresses import is_forbidden, is_forbidden_name, is_public, literal
from app.core.errors import ValidationFailed
from app.core.lookups import look_up
from app.core.settings import settings

REFUSED = "Must lead to a public address: not to a private network, this server or its cloud."
_SHAPE = "Must be an http:// or https:// address, without user and password."


class BadPlace(Exception):
    """An address that nobody is sent to; `is_refused` when it is known and not fit."""

    def __init__(self, message: str, *, is_refused: bool) -> None:
        super().__init__(message)
        self.message = message
        self.is_refused = is_refused


def check_shape(url: str) -> str:
    """The host of a webhook's address. Raises ValidationFailed on `url`."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as exc:
        raise ValidationFailed.on("url", _SHAPE) from exc
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or not is_plain:
        raise ValidationFailed.on("url", _SHAPE)
    return host


def fit_addresses(host: str) -> tuple[str, ...]:
    """Every address of a host, each found fit; looks the name up. Raises BadPlace."""
    if is_forbidden_name(host):
        raise BadPlace(REFUSED, is_refused=True)
    address = literal(host)
    found = (address,) if address else look_up(host)
    if not all(_is_fit(one) for one in found):
        raise BadPlace(REFUSED, is_refused=True)
    if not found:
        raise BadPlace(f"The name {host} is not known here.", is_refused=False)
    return found


def _is_fit(address: str) -> bool:
    if settings()["ALLOW_PRIVATE_WEBHOOKS"]:
        return not is_forbidden(address, allow_loopback=True)
    return is_public(address)
