"""The background work of users: forgetting reset links that nobody used."""

from flask import Flask

from app.core import background
from app.users.models import PasswordReset


def register(app: Flask) -> None:
    """Let schedulers remove links that have expired; they opened nothing any more."""
    background.purge(app, PasswordReset.expires_at)
