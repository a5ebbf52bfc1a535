"""The secret of an API key: 256 random bits, kept as a keyed hash only."""

import secrets
from dataclasses import dataclass

from app.auth.values import KEY_PREFIX
from app.core.errors import InvalidCredentials
from app.core.secrets import keyed_hash


@dataclass(frozen=True)
class NewSecret:
    """A secret on its way to its owner, the only time that it is seen."""

    public_id: str
    secret: str

    @property
    def key(self) -> str:
        return f"{self.client_id}_{self.secret}"

    @property
    def client_id(self) -> str:
        return f"{KEY_PREFIX}{self.public_id}"

    @property
    def hash(self) -> str:
        return keyed_hash(self.secret)


def new_secret(public_id: str) -> NewSecret:
    return NewSecret(public_id, secrets.token_hex(32))


def split_key(token: str) -> tuple[str, str]:
    """The public id and the secret of `hf_<id>_<secret>`; raises InvalidCredentials."""
    public_id, separator, secret = token.removeprefix(KEY_PREFIX).partition("_")
    if not (separator and public_id.isalnum() and secret.isalnum() and len(token) < 200):
        raise InvalidCredentials()
    return public_id, secret
