"""What can go wrong with tokens."""

from app.core.errors import AuthenticationRequired


class TokenMissing(AuthenticationRequired):
    message = "Send a token as Bearer, or as refresh_token in the body."
