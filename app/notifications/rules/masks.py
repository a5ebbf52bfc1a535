"""What may be seen of whom a message goes to."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.core.logging import MASK

_MOST = 300


def shown_url(url: str) -> str:
    """A webhook's address without what follows its host, where its token is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{named}{port}/{MASK}"[:_MOST]


def shown_addresses(addresses: Sequence[str]) -> str:
    """E-mail addresses, each with the first letter of its name: `a***@example.com`."""
    shown = ", ".join(_shown(address) for address in addresses)
    return shown if len(shown) <= _MOST else f"{shown[: _MOST - 1]}…"


def _shown(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
