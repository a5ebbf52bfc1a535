"""Calling with a token that a test came by."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.cast import Caller, Form
from tests.support.oauth import GRANT, URL, halves


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], Caller]:
    """Whoever holds this token."""

    def call(token: str) -> Caller:
        return Caller(app.test_client(), {"Authorization": f"Bearer {token}"})

    return call


@pytest.fixture
def token_of(app: Flask) -> Callable[..., Caller]:
    """A caller with a token that this key was given."""

    def ask(key: Caller) -> Caller:
        client = app.test_client()
        response = Caller(client, {}).post(URL, Form({**GRANT, **halves(key.key)}))
        assert response.status_code == 200, response.text
        token = response.json["access_token"]  # type: ignore[index]
        return Caller(client, {"Authorization": f"Bearer {token}"}, key.actor)

    return ask
