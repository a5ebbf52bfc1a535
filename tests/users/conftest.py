"""A mail server that is named, what was posted to it, and people of two tenants."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core.mail.models import OutgoingMail
from app.core.tenancy import unscoped
from app.tenants.service import get_tenant
from app.users.models import User
from app.users.service import add_member
from tests.support.cast import Caller, Cast

_TOKEN = re.compile(r"#(hf_\w+?_[\w-]+)")


@pytest.fixture
def smtp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server is named; nothing is sent to it here, the outbox's rows are looked at."""
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:9")


@pytest.fixture
def mails(cast: Cast) -> Callable[[], list[dict[str, Any]]]:
    """What waits to be sent: `to`, `subject`, `text`, `html`, and the `token` of its link."""

    def read() -> list[dict[str, Any]]:
        return [_read(row) for row in cast.rows(OutgoingMail)]

    return read


def _read(row: OutgoingMail) -> dict[str, Any]:
    body = json.loads(row.body or "{}")
    found = _TOKEN.search(body["text"])
    assert found is not None
    return {"to": row.recipient, "subject": row.subject, "token": found[1], **body}


@pytest.fixture
def join(app: Flask) -> Callable[[int, str, str], None]:
    """Let a user belong to a further tenant."""

    def call(user_id: int, slug: str, role: str) -> None:
        with app.app_context(), unscoped() as session:
            add_member(get_tenant(slug), session.get_one(User, user_id), role)

    return call


@pytest.fixture
def bearer(app: Flask) -> Callable[[str], Caller]:
    """Whoever holds this token."""
    return lambda token: Caller(app.test_client(), {"Authorization": f"Bearer {token}"})
