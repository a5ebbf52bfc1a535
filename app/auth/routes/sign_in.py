"""Sign-in, tokens, one's own account and API keys, under /auth."""

from typing import Any

from app.auth.errors import TokenMissing
from app.auth.schemas import (
    ApiKeyCreateSchema,
    ApiKeySchema,
    LoginSchema,
    PasswordChangeSchema,
    PasswordResetSchema,
    ProfileSchema,
    RefreshSchema,
    RotateSchema,
    ShownKeySchema,
    SignedInSchema,
    SwitchSchema,
)
from app.auth.service import account, api_keys, sign_in
from app.core import clock, errors
from app.core.http import (
    Blueprint,
    conditional,
    fails,
    filters,
    limited,
    public,
    requires,
    returns,
    takes,
)
from app.core.http.requests import credential
from app.core.identity import current_actor
from app.core.schemas import DeletedSchema, PageQuery

blp = Blueprint("auth", __name__, url_prefix="/auth", description="Sign-in and API keys")

_TOKEN_ERRORS = (
    TokenMissing,
    errors.InvalidCredentials,
    errors.TokenExpired,
    errors.TokenRevoked,
    errors.TenantSuspended,
)


@blp.post("/login")
@public()
@limited("login")
@takes(LoginSchema)
@returns(SignedInSchema)
@fails(errors.InvalidCredentials, errors.TenantSuspended)
def log_in(body: dict[str, Any]) -> Any:
    """Sign in with a user name (or e-mail) and a password."""
    return sign_in.sign_in(body["username"], body["password"], body.get("tenant"), clock.utcnow())


@blp.post("/refresh")
@public()
@takes(RefreshSchema, required=False)
@returns(SignedInSchema)
@fails(*_TOKEN_ERRORS)
def refresh_tokens(body: dict[str, Any]) -> Any:
    """Exchange a refresh token, sent as Bearer or in the body, for a new pair."""
    return sign_in.refresh(_sent_token(body), clock.utcnow())


@blp.post("/logout")
@public(token_in_view=True)
@takes(RefreshSchema, required=False)
@returns(None, message="Signed out.")
@fails(*_TOKEN_ERRORS)
def log_out(body: dict[str, Any]) -> Any:
    """Revoke the access token and its refresh family; either token is taken."""
    return sign_in.sign_out(_sent_token(body), clock.utcnow())


@blp.post("/switch")
@requires()
@takes(SwitchSchema)
@returns(SignedInSchema)
@fails(errors.NotFound)
def switch_tenant(body: dict[str, Any]) -> Any:
    """Get a pair of tokens for another tenant that one belongs to."""
    return sign_in.switch(current_actor(), body["tenant"], clock.utcnow())


@blp.get("/me")
@requires()
@returns(ProfileSchema)
def get_me() -> Any:
    """Show who one is, what one may, and where one belongs."""
    return account.profile_of(current_actor())


@blp.put("/me/password")
@requires()
@takes(PasswordChangeSchema)
@returns(None, message="Password changed; other sign-ins have ended.")
@fails(errors.Conflict)
def change_my_password(body: dict[str, Any]) -> Any:
    """Change one's own password."""
    return account.change_password(
        current_actor(), body["current_password"], body["new_password"], clock.utcnow()
    )


@blp.post("/reset-password")
@public()
@limited("login")
@takes(PasswordResetSchema)
@returns(None, message="Password changed; all sign-ins have ended.")
@fails(errors.InvalidCredentials)
def reset_password(body: dict[str, Any]) -> Any:
    """Choose a new password by the link that was mailed."""
    return account.reset_password(body["token"], body["new_password"], clock.utcnow())


@blp.get("/api-keys")
@requires("api_keys:manage")
@filters(PageQuery)
@returns(ApiKeySchema, page=True)
def list_api_keys(query: dict[str, Any]) -> Any:
    """List the tenant's API keys."""
    return api_keys.list_keys()


@blp.post("/api-keys")
@requires("api_keys:manage")
@takes(ApiKeyCreateSchema)
@returns(ShownKeySchema, status=201, location="/api/v1/auth/api-keys/{id}")
def create_api_key(body: dict[str, Any]) -> Any:
    """Make an API key; the key itself is shown this once."""
    return api_keys.create_key(current_actor(), clock.utcnow(), **body)


@blp.get("/api-keys/<int:key_id>")
@requires("api_keys:manage")
@returns(ApiKeySchema)
def get_api_key(key_id: int) -> Any:
    """Show an API key, without its secret."""
    return api_keys.get_key(key_id)


@blp.delete("/api-keys/<int:key_id>")
@requires("api_keys:manage")
@conditional
@returns(DeletedSchema, message="API key revoked.")
def revoke_api_key(key_id: int, expected_version: int | None) -> Any:
    """Revoke an API key at once."""
    return api_keys.revoke_key(key_id, clock.utcnow(), expected_version=expected_version)


@blp.post("/api-keys/<int:key_id>/rotate")
@requires("api_keys:manage")
@takes(RotateSchema, required=False)
@returns(ShownKeySchema)
@fails(errors.Conflict)
def rotate_api_key(body: dict[str, Any], key_id: int) -> Any:
    """Give an API key a new secret; the old one stays valid for `overlap_hours`."""
    return api_keys.rotate_key(current_actor(), key_id, clock.utcnow(), **body)


def _sent_token(body: dict[str, Any]) -> str:
    """The token in the body, else the Bearer one; raises TokenMissing."""
    bearer = credential()
    token: str | None = body.get("refresh_token") or (bearer.token if bearer else None)
    if token is None:
        raise TokenMissing()
    return token
