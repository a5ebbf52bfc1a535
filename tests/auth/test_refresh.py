"""POST /auth/refresh exchanges a refresh token once; a used one ends its whole family."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.auth.models import TokenFamily
from app.core import clock
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User
from tests.support.cast import Caller

REFRESH = "/api/v1/auth/refresh"
ME = "/api/v1/auth/me"


@pytest.fixture
def pair(cast, log_in):
    cast.user("operator", username="ada")
    return log_in("ada").json["data"]


def refresh(caller, token, **options):
    return caller.post(REFRESH, {"refresh_token": token}, **options)


def change(app, cast, model, **values):
    row_id = cast.rows(model)[0].id
    with app.app_context(), unscoped() as session:
        row = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_gives_a_new_pair_for_the_token_in_the_body(pair, anonymous, bearer):
    response = refresh(anonymous, pair["refresh_token"])

    assert response.status_code == 200
    new = response.json["data"]
    assert new["refresh_token"] != pair["refresh_token"]
    assert bearer(new["access_token"]).get(ME).status_code == 200


def test_gives_a_new_pair_for_the_token_as_bearer(pair, bearer):
    response = bearer(pair["refresh_token"]).post(REFRESH)

    assert response.status_code == 200
    assert response.json["data"]["user"]["username"] == "ada"


def test_the_access_token_of_before_stays_good(pair, anonymous, bearer):
    refresh(anonymous, pair["refresh_token"])

    assert bearer(pair["access_token"]).get(ME).status_code == 200


def test_a_used_token_that_comes_back_ends_the_family(pair, anonymous, bearer, cast):
    new = refresh(anonymous, pair["refresh_token"]).json["data"]
    assert bearer(new["access_token"]).get(ME).status_code == 200

    response = refresh(anonymous, pair["refresh_token"])

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_REVOKED")
    assert refresh(anonymous, new["refresh_token"]).json["error"] == "TOKEN_REVOKED"
    assert bearer(new["access_token"]).get(ME).json["error"] == "TOKEN_REVOKED"
    assert bearer(pair["access_token"]).get(ME).json["error"] == "TOKEN_REVOKED"
    assert [row.revoked_reason for row in cast.rows(TokenFamily)] == ["reuse"]


def test_another_sign_in_of_the_user_goes_on(pair, anonymous, bearer, log_in):
    other = log_in("ada").json["data"]
    refresh(anonymous, pair["refresh_token"])
    refresh(anonymous, pair["refresh_token"])

    assert bearer(other["access_token"]).get(ME).status_code == 200


def test_of_two_at_once_one_gets_a_pair(pair, app):
    start = Barrier(2)

    def call(_):
        start.wait()
        return refresh(Caller(app.test_client(), {}), pair["refresh_token"]).status_code

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(call, range(2)))

    assert answers == [200, 401]


def test_without_a_token_it_is_401(anonymous):
    response = anonymous.post(REFRESH)

    assert (response.status_code, response.json["error"]) == (401, "AUTHENTICATION_REQUIRED")


def test_an_access_token_is_not_taken(pair, anonymous):
    response = refresh(anonymous, pair["access_token"])

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")


def test_an_api_key_is_not_taken(anonymous, reporter):
    response = refresh(anonymous, reporter.key)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")


def test_the_token_ends_after_30_days(pair, anonymous, cast):
    with clock.hold(clock.utcnow() + timedelta(days=30, seconds=1)):
        response = refresh(anonymous, pair["refresh_token"])

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_EXPIRED")


def test_the_role_is_read_anew(pair, anonymous, app, cast):
    change(app, cast, Membership, role="viewer")

    response = refresh(anonymous, pair["refresh_token"])

    assert response.json["data"]["user"]["role"] == "viewer"


@pytest.mark.parametrize(
    ("model", "values", "status", "code"),
    [
        (User, {"is_active": False}, 401, "TOKEN_REVOKED"),
        (User, {"auth_epoch": 1}, 401, "TOKEN_REVOKED"),
        (Membership, {"is_active": False}, 401, "INVALID_CREDENTIALS"),
        (Tenant, {"is_suspended": True}, 403, "TENANT_SUSPENDED"),
    ],
)
def test_what_has_ended_is_refused_and_keeps_its_token(
    model, values, status, code, pair, anonymous, app, cast
):
    before = cast.rows(TokenFamily)[0].refresh_jti
    change(app, cast, model, **values)

    response = refresh(anonymous, pair["refresh_token"])

    assert (response.status_code, response.json["error"]) == (status, code)
    assert cast.rows(TokenFamily)[0].refresh_jti == before
