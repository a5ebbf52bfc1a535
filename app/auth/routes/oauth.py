"""OAuth 2.0 for machine clients: an API key's id and secret for an access token."""

from typing import Any

from app.auth.envelope import TokenBlueprint
from app.auth.errors import OAUTH_ERRORS
from app.auth.schemas import TokenRequestSchema, TokenSchema
from app.auth.service import oauth
from app.core import clock
from app.core.http import fails, limited, public, returns, takes_form
from app.core.http.requests import address, sent_form

blp = TokenBlueprint("oauth", __name__, url_prefix="/auth", description="OAuth 2.0 for machines")


@blp.post("/token")
@public()
@limited("login")
@takes_form(TokenRequestSchema)
@returns(TokenSchema)
@fails(*OAUTH_ERRORS)
def issue_token() -> Any:
    """Give a machine client an access token (RFC 6749, client credentials)."""
    return oauth.give_token(sent_form(), address(), clock.utcnow())
