"""The access tokens of machine clients: signed, for some of a key's permissions, bound to it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_jwt_extended import create_access_token

from app.core.errors import InvalidCredentials
from app.core.identity import Actor
from app.core.secrets import keyed_hash

KIND = "client"


@dataclass(frozen=True)
class ClientToken:
    """What a genuine token says: which key, which of its secrets, which permissions, how long."""

    key_id: int
    secret_mark: str
    scope: frozenset[str]
    expires_at: datetime


def issue(actor: Actor, secret: str, scope: str, lifetime_seconds: int) -> str:
    """A token of this key; it ends with the secret that it was asked for with."""
    claims = {"type": KIND, "scope": scope, "sec": mark_of(keyed_hash(secret))}
    lifetime = timedelta(seconds=lifetime_seconds)
    return create_access_token(
        str(actor.api_key_id), additional_claims=claims, expires_delta=lifetime
    )


def read(claims: dict[str, Any]) -> ClientToken:
    """Raises InvalidCredentials for the claims of another kind of token."""
    if claims.get("type") != KIND:
        raise InvalidCredentials()
    return ClientToken(
        key_id=int(claims["sub"]),
        secret_mark=claims["sec"],
        scope=frozenset(claims["scope"].split()),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def mark_of(secret_hash: str) -> str:
    """Tells one secret of a key from the next, and nothing else: it is of a keyed hash."""
    return hashlib.sha256(secret_hash.encode()).hexdigest()[:16]
