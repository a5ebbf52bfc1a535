"""POST /auth/logout ends the sign-in of whichever of its tokens is sent."""

import pytest

from app.audit.models import AuditRow
from app.auth.models import TokenFamily

LOGOUT = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"


@pytest.fixture
def pair(cast, log_in):
    cast.user("operator", username="ada")
    return log_in("ada").json["data"]


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("place", ["bearer", "body"])
def test_ends_both_tokens_at_once(kind, place, pair, bearer, anonymous, cast):
    assert bearer(pair["access_token"]).get(ME).status_code == 200

    if place == "bearer":
        response = bearer(pair[kind]).post(LOGOUT)
    else:
        response = anonymous.post(LOGOUT, {"refresh_token": pair[kind]})

    assert response.status_code == 200
    assert bearer(pair["access_token"]).get(ME).json["error"] == "TOKEN_REVOKED"
    refreshed = anonymous.post("/api/v1/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert (refreshed.status_code, refreshed.json["error"]) == (401, "TOKEN_REVOKED")
    assert [row.revoked_reason for row in cast.rows(TokenFamily)] == ["logout"]


def test_leaves_the_users_other_sign_ins(pair, log_in, bearer):
    other = log_in("ada").json["data"]

    bearer(pair["access_token"]).post(LOGOUT)

    assert bearer(other["access_token"]).get(ME).status_code == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_is_told_in_the_audit_log_with_who_it_was(kind, pair, bearer, cast):
    bearer(pair[kind]).post(LOGOUT)

    row = cast.rows(AuditRow)[-1]
    assert (row.action, row.actor_name) == ("auth.log_out", "ada")
    assert row.tenant_id == cast.tenant("acme")


def test_a_second_time_is_401(pair, bearer):
    bearer(pair["access_token"]).post(LOGOUT)

    response = bearer(pair["access_token"]).post(LOGOUT)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_REVOKED")


def test_without_a_token_it_is_401(anonymous):
    response = anonymous.post(LOGOUT)

    assert (response.status_code, response.json["error"]) == (401, "AUTHENTICATION_REQUIRED")


def test_an_api_key_has_no_sign_in_to_end(reporter):
    response = reporter.post(LOGOUT)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
    assert reporter.get(ME).status_code == 200
