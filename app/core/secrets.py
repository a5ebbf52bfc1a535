"""Secrets at rest: encrypted before they reach the database, decrypted only where they are used."""

from typing import Any

from flask import current_app
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.core.crypto import Cipher, token_hash

# A column's `info`: its values are masked wherever they would be told. The word names one.
SECRET = {"secret": True}  # nosec B105


def cipher() -> Cipher:
    """The application's cipher."""
    found: Cipher = current_app.extensions["cipher"]
    return found


class Encrypted(TypeDecorator[str]):
    """Text that only the application can read; give its column `info=SECRET`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher().encrypt(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher().decrypt(value)


def keyed_hash(secret: str) -> str:
    """The keyed SHA-256 by which a random secret is found again; worthless without SECRET_KEY."""
    return token_hash(secret, current_app.config["SECRET_KEY"])
