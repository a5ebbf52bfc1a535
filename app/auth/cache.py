"""Recognised callers, remembered for a few seconds: no row is read for each request."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from cachetools import TTLCache

from app.auth.values import CACHED_ACTORS, CACHED_SECONDS
from app.core.identity import Actor


@dataclass(frozen=True)
class Recognised:
    """An actor with what must still be judged on every request."""

    actor: Actor
    expires_at: datetime | None = None
    allowed_networks: tuple[str, ...] = ()


_lock = Lock()
_known: TTLCache[bytes, Recognised] = TTLCache(CACHED_ACTORS, CACHED_SECONDS)
_generation = 0


def fingerprint(token: str) -> bytes:
    """What a token is remembered by; the token itself is not kept."""
    return hashlib.sha256(token.encode()).digest()


def find(token: bytes) -> Recognised | None:
    with _lock:
        return _known.get(token)


def generation() -> int:
    """To be read before the database is, and given to `keep`."""
    with _lock:
        return _generation


def keep(token: bytes, recognised: Recognised, read_at_generation: int) -> None:
    """Remember, unless something was revoked since the rows were read."""
    with _lock:
        if read_at_generation == _generation:
            _known[token] = recognised


def forget_all() -> None:
    """Something was revoked: every caller is looked up again at its next request."""
    global _generation
    with _lock:
        _generation += 1
        _known.clear()
