"""POST /auth/token: an API key's id and secret for a token, as RFC 6749 says."""

import pytest

from app.audit.models import AuditRow
from tests.support.cast import Form
from tests.support.oauth import GRANT, URL, basic, halves


@pytest.fixture
def key(cast):
    return cast.key_caller("servicenow")


@pytest.fixture
def ask(anonymous):
    """Ask for a token with these fields."""

    def call(fields, **options):
        return anonymous.post(URL, Form({**GRANT, **fields}), **options)

    return call


def test_gives_a_token_that_is_the_keys_own(ask, key, anonymous):
    response = ask(halves(key.key))

    assert response.status_code == 200
    assert set(response.json) == {"access_token", "token_type", "expires_in", "scope"}
    assert (response.json["token_type"], response.json["expires_in"]) == ("Bearer", 3600)
    assert response.json["scope"] == "comments:write events:read tasks:read tasks:write"
    headers = {"Authorization": f"Bearer {response.json['access_token']}"}
    me = anonymous.get("/api/v1/auth/me", headers=headers).json["data"]
    assert (me["username"], me["role"], me["id"]) == (key.username, "servicenow", None)


def test_takes_the_client_by_http_basic(ask, key):
    response = ask({}, headers=basic(**halves(key.key)))

    assert response.status_code == 200


def test_no_cache_keeps_the_answer(ask, key):
    headers = ask(halves(key.key)).headers

    assert (headers["Cache-Control"], headers["Pragma"]) == ("no-store", "no-cache")


def test_a_scope_narrows_the_token(ask, key, anonymous):
    response = ask({**halves(key.key), "scope": "tasks:read"})

    assert response.json["scope"] == "tasks:read"
    headers = {"Authorization": f"Bearer {response.json['access_token']}"}
    assert anonymous.get("/api/v1/tasks", headers=headers).status_code == 200
    refused = anonymous.post("/api/v1/tasks", {}, headers=headers)
    assert (refused.status_code, refused.json["details"]) == (403, {"required": "tasks:write"})


def test_leaves_a_row_in_the_audit_log(ask, key, cast):
    ask(halves(key.key))

    rows = [row for row in cast.rows(AuditRow) if row.action == "oauth.issue_token"]
    assert [(row.actor_name, row.status) for row in rows] == [(key.username, 200)]
