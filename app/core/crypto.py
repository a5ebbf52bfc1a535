"""Encryption at rest and keyed hashes of secrets."""

import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class DecryptionFailed(Exception):
    """None of the keys opens this token, or it was changed."""


class Cipher:
    """Encrypts with the first key and decrypts with any of them, so that keys can be rotated.

    ValueError, naming the setting and never the key, when a key is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [_fernet(key) for key in _named(keys)]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)

    def encrypt(self, text: str) -> str:
        """The text as a Fernet token; the same text gives another token each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text of a token; DecryptionFailed when no key opens it."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as exc:
            raise DecryptionFailed("No encryption key opens this value") from exc

    def rotate(self, token: str) -> str:
        """The same text under the first key, and the same token when that opens it already.

        DecryptionFailed when no key opens it.
        """
        try:
            self._first.decrypt(token.encode())
        except InvalidToken:
            return self._moved(token)
        return token

    def _moved(self, token: str) -> str:
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken as exc:
            raise DecryptionFailed("No encryption key opens this value") from exc


def token_hash(secret: str, pepper: str) -> str:
    """HMAC-SHA-256 of a random secret, in hexadecimal; too fast for passwords."""
    return hmac.digest(pepper.encode(), secret.encode(), "sha256").hex()


def constant_time_equal(left: str, right: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def _named(keys: Sequence[str]) -> list[str]:
    # One string is a sequence of strings too, and would be read as many keys of one letter.
    given = keys.split(",") if isinstance(keys, str) else keys
    named = [key.strip() for key in given if key.strip()]
    if not named:
        raise ValueError("HOLDFAST_ENCRYPTION_KEY holds no key")
    return named


def _fernet(key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as exc:
        raise ValueError(
            "HOLDFAST_ENCRYPTION_KEY: each key is 32 bytes in URL-safe base64"
        ) from exc
