"""An access token is believed only when this application made it, for this, and not long ago."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from app.auth import cache
from app.core import clock
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User

ME = "/api/v1/auth/me"


@pytest.fixture
def token(cast, log_in):
    cast.user("operator", username="ada")
    return log_in("ada").json["data"]["access_token"]


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def sign(app, claims, **changes):
    kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(kept, app.config["JWT_SECRET_KEY"], "HS256")


@pytest.mark.parametrize(
    "forge",
    [
        lambda app, token, claims: sign(app, claims, aud="elsewhere"),
        lambda app, token, claims: sign(app, claims, type="refresh"),
        lambda app, token, claims: sign(app, claims, aud=None),
        lambda app, token, claims: sign(app, claims, fam=None),
        lambda app, token, claims: sign(app, claims, fam="x"),
        lambda app, token, claims: sign(app, claims, sub=None),
        lambda app, token, claims: sign(app, claims, exp=None),
        lambda app, token, claims: jwt.encode(claims, "another key of 32 bytes or more!", "HS256"),
        lambda app, token, claims: jwt.encode(claims, app.config["SECRET_KEY"], "HS256"),
        lambda app, token, claims: jwt.encode(claims, app.config["JWT_SECRET_KEY"] * 2, "HS512"),
        lambda app, token, claims: jwt.encode(claims, None, "none"),
        lambda app, token, claims: part({"alg": "none"}) + "." + part(claims) + ".",
        lambda app, token, claims: token.rpartition(".")[0] + ".",
        lambda app, token, claims: token[:-4] + "AAAA",
        lambda app, token, claims: (
            token.split(".")[0]
            + "."
            + part({**claims, "sub": "1"})
            + "."
            + token.rpartition(".")[2]
        ),
        lambda app, token, claims: "e30.e30.e30",
        lambda app, token, claims: "not-a-token",
        lambda app, token, claims: "..",
        lambda app, token, claims: "\xe9\xff",
        lambda app, token, claims: (
            base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.x"
        ),
    ],
)
def test_a_forged_token_is_401(forge, token, app, bearer):
    forged = forge(app, token, claims_of(token))

    response = bearer(forged).get(ME)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_refresh_token_opens_nothing(log_in, cast, bearer):
    cast.user("admin", username="ada")
    token = log_in("ada").json["data"]["refresh_token"]

    response = bearer(token).get(ME)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize("is_cached", [True, False])
def test_a_token_ends_after_an_hour(is_cached, token, bearer):
    bearer(token).get(ME)
    if not is_cached:
        cache.forget_all()

    with clock.hold(clock.utcnow() + timedelta(hours=1, seconds=1)):
        response = bearer(token).get(ME)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_EXPIRED")


def test_a_token_of_another_users_family_is_refused(token, app, bearer, cast):
    other = cast.user("admin")

    response = bearer(sign(app, claims_of(token), sub=str(other.id))).get(ME)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_REVOKED")


@pytest.mark.parametrize(
    ("model", "values", "status", "code"),
    [
        (User, {"is_active": False}, 401, "TOKEN_REVOKED"),
        (User, {"auth_epoch": 1}, 401, "TOKEN_REVOKED"),
        (Membership, {"is_active": False}, 401, "TOKEN_REVOKED"),
        (Tenant, {"is_suspended": True}, 403, "TENANT_SUSPENDED"),
    ],
)
def test_what_ends_a_user_ends_the_token(model, values, status, code, token, app, bearer, cast):
    row_id = cast.rows(model)[0].id
    with app.app_context(), unscoped() as session:
        row = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)

    response = bearer(token).get(ME)

    assert (response.status_code, response.json["error"]) == (status, code)


def test_a_role_that_shrank_holds_at_the_next_look(token, app, bearer, cast):
    row_id = cast.rows(Membership)[0].id
    with app.app_context(), unscoped() as session:
        session.get_one(Membership, row_id).role = "viewer"

    response = bearer(token).post("/api/v1/backups", {})

    assert response.status_code == 403
    assert response.json["details"] == {"required": "backups:write"}


def test_a_key_wins_over_a_token_sent_beside_it(token, bearer, reporter):
    caller = bearer(token)

    response = caller.get(ME, headers={"X-API-Key": reporter.key})

    assert response.json["data"]["username"] == reporter.username


def test_a_wrong_key_is_not_made_good_by_a_token(token, bearer):
    response = bearer(token).get(ME, headers={"X-API-Key": "hf_x_y"})

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
