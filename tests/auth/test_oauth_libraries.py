"""What a library for OAuth sees: Authlib's client against a server of ours."""

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from tests.support.oauth import halves
from tests.support.web import running_web


@pytest.fixture
def server(app, environ):
    # Counted by address and client, twice a minute: the third is one too many.
    with running_web({**environ, "RATE_LIMIT_LOGIN": "2 per minute"}) as web:
        yield f"{web.url}/api/v1"


def test_signs_in_both_ways_calls_and_hears_refusals(server, cast):
    first, second = cast.key_caller("servicenow"), cast.key_caller("toolbox")

    with session_of(first, "client_secret_basic") as session:
        token = session.fetch_token(f"{server}/auth/token")
        called = session.get(f"{server}/auth/me")
        with pytest.raises(OAuthError) as refused:
            session.fetch_token(f"{server}/auth/token", scope="backups:run")
        with pytest.raises(OAuthError) as limited:
            session.fetch_token(f"{server}/auth/token")
    with session_of(second, "client_secret_post", scope="dashboard:read") as session:
        narrow = session.fetch_token(f"{server}/auth/token")

    assert (token["token_type"], called.status_code) == ("Bearer", 200)
    assert called.json()["data"]["username"] == first.username
    assert refused.value.error == "invalid_scope"
    assert limited.value.error == "temporarily_unavailable"
    assert narrow["scope"] == "dashboard:read"


def session_of(key, method, **options):
    return OAuth2Session(
        **halves(key.key),
        token_endpoint_auth_method=method,
        grant_type="client_credentials",
        **options,
    )
