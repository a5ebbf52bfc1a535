"""What was used, ended or made elsewhere opens nothing when it comes again."""

import base64
import json
import re

import jwt
import pytest

from app.auth.models import TokenFamily
from app.core.mail.models import OutgoingMail
from app.users.models import User
from tests.support.cast import PASSWORD, Caller
from tests.support.operations import error_code
from tests.support.rows import keep_invite

ME = "/api/v1/auth/me"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
KEYS = "/api/v1/auth/api-keys"
NEW = "another password of the cast"


@pytest.fixture
def pair(cast, log_in):
    cast.user("admin", username="ada")
    return log_in("ada").json["data"]


@pytest.fixture
def bearer(app):
    """Whoever holds this token."""
    return lambda token: Caller(app.test_client(), {"Authorization": f"Bearer {token}"})


def refused(response):
    return response.status_code, error_code(response.json)


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_used_refresh_token_ends_all_that_came_of_it(pair, anonymous, bearer, cast):
    """Of the two who hold it one is a thief, and nobody can tell which."""
    owners = anonymous.post(REFRESH, {"refresh_token": pair["refresh_token"]}).json["data"]

    thiefs = anonymous.post(REFRESH, {"refresh_token": pair["refresh_token"]})

    assert refused(thiefs) == (401, "TOKEN_REVOKED")
    assert refused(bearer(owners["access_token"]).get(ME)) == (401, "TOKEN_REVOKED")
    assert refused(bearer(owners["refresh_token"]).post(REFRESH)) == (401, "TOKEN_REVOKED")
    assert [row.revoked_reason for row in cast.rows(TokenFamily)] == ["reuse"]


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_neither_token_survives_its_sign_out(kind, pair, anonymous, bearer):
    assert bearer(pair[kind]).post(LOGOUT).status_code == 200

    access, refresh = bearer(pair["access_token"]), bearer(pair["refresh_token"])

    assert refused(access.get(ME)) == (401, "TOKEN_REVOKED")
    assert refused(refresh.post(REFRESH)) == (401, "TOKEN_REVOKED")
    assert refused(access.post(LOGOUT)) == (401, "TOKEN_REVOKED")


def test_none_survives_a_new_password(pair, log_in, bearer):
    other = log_in("ada").json["data"]
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert bearer(other["access_token"]).put(f"{ME}/password", body).status_code == 200

    assert refused(bearer(pair["access_token"]).get(ME)) == (401, "TOKEN_REVOKED")
    assert refused(bearer(pair["refresh_token"]).post(REFRESH)) == (401, "TOKEN_REVOKED")


# Each header that a library could be led to another key by; the signature is real where it says so.
HEADERS = {
    "none": {"alg": "none"},
    "None": {"alg": "nOnE"},
    "empty": {"alg": ""},
    "an elliptic curve": {"alg": "ES256"},
    "a path as kid": {"alg": "HS256", "kid": "../../../../dev/null"},
    "SQL as kid": {"alg": "HS256", "kid": "x' UNION SELECT 'key' --"},
    "an address of keys": {"alg": "HS256", "jku": "http://127.0.0.1:9/keys"},
    "a certificate": {"alg": "HS256", "x5u": "http://127.0.0.1:9/x", "x5c": ["AAAA"]},
    "a key of its own": {"alg": "HS256", "jwk": {"kty": "oct", "k": encoded("mine")}},
    "what nobody knows": {"alg": "HS256", "crit": ["b64"], "b64": False},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_does_not_choose_how_it_is_verified(header, signature, pair, bearer):
    claims = pair["access_token"].split(".")[1]

    response = bearer(f"{encoded(header)}.{claims}.{signature}").get(ME)

    assert refused(response) == (401, "INVALID_CREDENTIALS")


def test_a_token_signed_with_an_empty_key_of_its_own_choice_is_forged(pair, bearer):
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    for key in ("mine" * 8, "\0" * 32):
        forged = jwt.encode(claims, key, "HS256", headers={"kid": "/dev/null", "jwk": {"k": key}})

        assert refused(bearer(forged).get(ME)) == (401, "INVALID_CREDENTIALS")


def test_a_token_of_another_tenant_stays_that_tenants(outsider, job):
    """What it says of itself cannot be changed, and what it opens is its own tenant's."""
    assert refused(outsider.get(f"/api/v1/backups/{job.id}")) == (404, "NOT_FOUND")
    for headers in ({"X-Tenant": "acme"}, {"X-Tenant-ID": "1"}, {"Host": "acme.example.com"}):
        assert outsider.get("/api/v1/backups", headers=headers).json["data"] == []


def test_a_token_of_a_family_that_is_not_its_users_is_refused(pair, app, bearer, cast):
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    other = cast.caller("admin", tenant="globex")
    claims["fam"] = other.actor.session_id

    forged = jwt.encode(claims, app.config["JWT_SECRET_KEY"], "HS256")

    assert refused(bearer(forged).get(ME)) == (401, "TOKEN_REVOKED")


def test_a_reset_link_sets_one_password(anonymous, admin, viewer, cast, log_in):
    sent = admin.post(f"/api/v1/users/{viewer.actor.user_id}/reset-password")
    (mail,) = cast.rows(OutgoingMail)
    token = re.search(r"#(hf_reset_[\w-]+)", json.loads(mail.body)["text"])[1]
    body = {"token": token, "new_password": NEW}
    assert anonymous.post("/api/v1/auth/reset-password", body).status_code == 200

    again = anonymous.post("/api/v1/auth/reset-password", {**body, "new_password": "a third one!"})

    assert token not in sent.text
    assert refused(again) == (401, "INVALID_CREDENTIALS")
    assert log_in(viewer.username, NEW).status_code == 200


def test_an_invite_makes_one_account(anonymous, cast):
    _, token = keep_invite(cast)
    body = {"password": NEW, "full_name": "Gustav Guest"}
    assert anonymous.post(f"/api/v1/invites/{token}/accept", body).status_code == 201
    before = len(cast.rows(User))

    again = anonymous.post(f"/api/v1/invites/{token}/accept", {**body, "username": "second"})

    assert refused(again) == (409, "INVITE_USED")
    assert len(cast.rows(User)) == before


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_an_idempotency_key_gives_its_answer_to_nobody_else(tenant, admin, cast):
    """The answer holds a secret that is shown once."""
    body, key = {"name": "nightly", "role": "reporter"}, {"Idempotency-Key": "shared"}
    mine = admin.post(KEYS, body, headers=key).json["data"]

    theirs = cast.caller("admin", tenant=tenant).post(KEYS, body, headers=key)

    assert (theirs.status_code, "Idempotency-Replayed" in theirs.headers) == (201, False)
    assert theirs.json["data"]["key"] != mine["key"]


def test_an_idempotency_key_outlives_no_right(admin, cast):
    """Who was let go gets no answer again that they had."""
    maker = cast.caller("admin")
    key = {"Idempotency-Key": "kept"}
    maker.post(KEYS, {"name": "nightly", "role": "reporter"}, headers=key)
    assert admin.delete(f"/api/v1/users/{maker.actor.user_id}").status_code == 200

    again = maker.post(KEYS, {"name": "nightly", "role": "reporter"}, headers=key)

    assert refused(again) == (401, "TOKEN_REVOKED")


def test_a_secret_that_was_rotated_out_is_dead(admin, cast):
    caller = cast.key_caller("reporter", maker=admin)
    key_id = caller.actor.api_key_id
    rotated = admin.post(f"{KEYS}/{key_id}/rotate", {"overlap_hours": 0})

    assert rotated.status_code == 200
    assert refused(caller.get(ME)) == (401, "TOKEN_EXPIRED")
