"""What can go wrong with tokens."""

from app.core.errors import AuthenticationRequired, DomainError


class TokenMissing(AuthenticationRequired):
    message = "Send a token as Bearer, or as refresh_token in the body."


class InvalidRequest(DomainError):
    """The first of OAuth's errors (RFC 6749, 5.2); its codes are the RFC's."""

    status = 400
    is_refusal = True
    code = "invalid_request"
    message = "Send a form with grant_type=client_credentials, each field once."


class InvalidClient(InvalidRequest):
    status = 401
    code = "invalid_client"
    message = "The client is not known, or its secret is wrong, revoked or expired."


class UnauthorizedClient(InvalidRequest):
    code = "unauthorized_client"
    message = "This client may not have a token here and now."


class UnsupportedGrantType(InvalidRequest):
    code = "unsupported_grant_type"
    message = "Only grant_type=client_credentials is supported."


class InvalidScope(InvalidRequest):
    code = "invalid_scope"
    message = "The requested scope is invalid, unknown, or malformed."


OAUTH_ERRORS = (
    InvalidRequest,
    InvalidClient,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
)
