"""Calling with a token that a test came by."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support import oauth
from tests.support.cast import Caller


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], Caller]:
    """Whoever holds this token."""

    def call(token: str) -> Caller:
        return Caller(app.test_client(), {"Authorization": f"Bearer {token}"})

    return call


@pytest.fixture
def token_of() -> Callable[..., Caller]:
    """A caller with a token that this key was given."""
    return oauth.token_of
