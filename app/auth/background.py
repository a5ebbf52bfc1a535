"""The background work of authentication: forgetting sign-ins that are over."""

from flask import Flask

from app.auth.models import TokenFamily
from app.core import background


def register(app: Flask) -> None:
    """Let schedulers remove families whose refresh token has expired."""
    background.purge(app, TokenFamily.expires_at)
