"""OAuth 2.0 client credentials (RFC 6749, 4.4): Authlib's grant, whose clients are API keys."""

from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientCredentialsGrant,
    ClientMixin,
    InvalidRequestError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator

from app.auth.cache import Recognised
from app.auth.errors import OAUTH_ERRORS, InvalidRequest
from app.auth.service import client_tokens
from app.auth.service.actors import recognise
from app.auth.values import ACCESS_LIFETIME, KEY_PREFIX
from app.core import identity
from app.core.errors import (
    Forbidden,
    InvalidCredentials,
    TenantSuspended,
    TokenExpired,
    TokenRevoked,
)
from app.core.forms import SentForm, basic_credentials

_ERRORS = {kind.code: kind for kind in OAUTH_ERRORS}
# Authlib refuses plain HTTP by the address. Whether the wire is safe is not to be seen from here:
# TLS ends at nginx, and sign-in with a password takes the same way.
_ADDRESS = "https://holdfast/api/v1/auth/token"


def give_token(form: SentForm, address: str, now: datetime) -> dict[str, Any]:
    """The answer of RFC 6749, 5.1, for an hour or for as long as the key is good.

    Raises InvalidRequest and the others of OAUTH_ERRORS.
    """
    request = _Request(form)
    server = _Server(address, now)
    try:
        _refuse_ambiguous(form)
        token: dict[str, Any] = server.create_token_response(request)
    except OAuth2Error as exc:
        raise _refusal(exc) from exc
    identity.adopt(request.client.found.actor)
    return token


class _Request(OAuth2Request):
    def __init__(self, form: SentForm) -> None:
        readable = basic_credentials(form.authorization) is not None
        headers = {"Authorization": form.authorization} if readable else {}
        super().__init__("POST", _ADDRESS, headers=headers)
        self._fields = {name: values[0] for name, values in form.fields.items()}
        self.payload = BasicOAuth2Payload(self._fields)

    @property
    def form(self) -> dict[str, str]:
        return self._fields


class _Client(ClientMixin):
    """An API key: its id is what stands before the secret in the key."""

    def __init__(self, client_id: str, address: str, now: datetime) -> None:
        self.client_id = client_id
        self.address = address
        self.now = now
        self.secret: str
        self.found: Recognised

    def check_client_secret(self, client_secret: str) -> bool:
        if not self.client_id.startswith(KEY_PREFIX):
            return False
        self.secret = client_secret
        credential = identity.Credential(f"{self.client_id}_{client_secret}", self.address)
        try:
            self.found = recognise(credential)
        except (Forbidden, TenantSuspended) as exc:
            raise UnauthorizedClientError(exc.message) from exc
        except (InvalidCredentials, TokenExpired, TokenRevoked):
            return False
        return True

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return True

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All that the key may, or the part of it that is asked for; None for more than that."""
        may = self.found.actor.permissions
        wanted = set((scope or "").split()) or set(may)
        return " ".join(sorted(wanted)) if wanted and wanted <= may else None

    @property
    def lifetime_seconds(self) -> int:
        longest = ACCESS_LIFETIME.total_seconds()
        if self.found.expires_at is None:
            return int(longest)
        return int(min(longest, max(1, (self.found.expires_at - self.now).total_seconds())))


class _Grant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class _Server(AuthorizationServer):
    """Authlib's, for one request: it keeps nothing, since a token proves itself."""

    def __init__(self, address: str, now: datetime) -> None:
        super().__init__()
        self._address = address
        self._now = now
        self.register_grant(_Grant)
        generator = BearerTokenGenerator(_token_of, expires_generator=_lifetime_of)
        self.register_token_generator("default", generator)

    def query_client(self, client_id: str) -> _Client:
        """Anybody, at first: a client that is not there answers as a wrong secret does."""
        return _Client(client_id, self._address, self._now)

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep nothing."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""

    def handle_response(self, status: int, body: dict[str, Any], headers: Any) -> dict[str, Any]:
        return body

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Any:
        raise error


def _token_of(client: _Client, scope: str, **_: Any) -> str:
    return client_tokens.issue(client.found.actor, client.secret, scope, client.lifetime_seconds)


def _lifetime_of(client: _Client, _grant_type: str) -> int:
    return client.lifetime_seconds


def _refuse_ambiguous(form: SentForm) -> None:
    """RFC 6749, 3.2 and 2.3: a form, each field once, and one way to authenticate."""
    if not form.is_form:
        raise InvalidRequestError("Send application/x-www-form-urlencoded.")
    if any(len(values) > 1 for values in form.fields.values()):
        raise InvalidRequestError("A field was given more than once.")
    if not any(form.fields.get("grant_type", [])):
        raise InvalidRequestError("grant_type is missing.")
    if form.authorization and "client_secret" in form.fields and _is_basic(form):
        raise InvalidRequestError("The client authenticated in two ways.")


def _is_basic(form: SentForm) -> bool:
    return form.authorization.lower().startswith("basic")


def _refusal(error: OAuth2Error) -> InvalidRequest:
    told = dict(error.get_body())
    return _ERRORS[told["error"]](told.get("error_description"))
