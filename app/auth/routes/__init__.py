"""Sign-in, tokens, one's own account and API keys over HTTP."""

from app.auth.routes.oauth import blp as oauth
from app.auth.routes.sign_in import blp as sign_in

__all__ = ["oauth", "sign_in"]
