"""The request of OAuth's client credentials, with an API key for the client."""

from base64 import b64encode
from typing import Any

from tests.support.cast import Caller, Form

URL = "/api/v1/auth/token"
GRANT = {"grant_type": "client_credentials"}


def halves(key: str) -> dict[str, str]:
    """An API key as OAuth names its parts."""
    client_id, _, secret = key.rpartition("_")
    return {"client_id": client_id, "client_secret": secret}


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    """The same as a header."""
    text = b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


def token_of(key: Caller, **options: Any) -> Caller:
    """A caller with a token that this key was given; options are those of the request."""
    response = Caller(key.client, {}).post(URL, Form({**GRANT, **halves(key.key)}), **options)
    assert response.status_code == 200, response.text
    token = response.json["access_token"]  # type: ignore[index]
    return Caller(key.client, {"Authorization": f"Bearer {token}"}, key.actor)
