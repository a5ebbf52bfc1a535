"""What POST /auth/token refuses, in the words of RFC 6749, 5.2."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.auth.models import ApiKey
from app.auth.service import api_keys
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.tenants.models import Tenant
from tests.support.cast import Form
from tests.support.oauth import GRANT, URL, basic, halves


@pytest.fixture
def key(cast):
    return cast.key_caller("servicenow", allowed_networks=["127.0.0.0/8"])


@pytest.fixture
def client(key):
    return halves(key.key)


@pytest.fixture
def refusal(anonymous):
    """The status and the code of the answer to these fields."""

    def call(fields, **options):
        response = anonymous.post(URL, Form(fields), **options)
        assert set(response.json) == {"error", "error_description"}
        return response.status_code, response.json["error"]

    return call


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "0" * 64},
        {"client_id": "hf_000000000000"},
        {"client_id": "admin"},
        {"client_id": "", "client_secret": ""},
        {"client_id": "hf_a b"},
        {"client_secret": "\x00"},
    ],
)
def test_a_wrong_client_is_401_whatever_is_wrong(refusal, client, wrong):
    assert refusal({**GRANT, **client, **wrong}) == (401, "invalid_client")


def test_an_unknown_client_answers_as_a_wrong_secret_does(anonymous, client):
    wrong = [{"client_secret": "0" * 64}, {"client_id": "hf_000000000000"}]

    answers = [anonymous.post(URL, Form({**GRANT, **client, **fault})).json for fault in wrong]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("header", ["Basic", "Basic ///", "Basic /w==", "Basic aGZfYQ=="])
def test_basic_that_cannot_be_read_is_401_and_names_basic(anonymous, header):
    response = anonymous.post(URL, Form(GRANT), headers={"Authorization": header})

    assert (response.status_code, response.json["error"]) == (401, "invalid_client")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="holdfast"'


def test_another_grant_is_unsupported(refusal, client):
    fields = {**client, "grant_type": "password", "username": "admin", "password": "x"}

    assert refusal(fields) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("fields", [{}, {"grant_type": ""}])
def test_a_grant_must_be_named(refusal, client, fields):
    assert refusal({**client, **fields}) == (400, "invalid_request")


@pytest.mark.parametrize(
    "scope", ["backups:run", "tasks:read backups:run", "nothing", "TASKS:READ", "tasks:read,x"]
)
def test_a_scope_beyond_the_keys_permissions_is_invalid(refusal, client, scope):
    assert refusal({**GRANT, **client, "scope": scope}) == (400, "invalid_scope")


def test_a_json_body_is_no_form(anonymous, client):
    response = anonymous.post(URL, {**GRANT, **client})

    assert (response.status_code, response.json["error"]) == (400, "invalid_request")


def test_a_field_given_twice_is_refused(anonymous, client):
    data = [*client.items(), ("grant_type", "client_credentials"), ("scope", "a"), ("scope", "b")]
    body = "&".join(f"{name}={value}" for name, value in data)

    response = anonymous.post(
        URL, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert (response.status_code, response.json["error"]) == (400, "invalid_request")


def test_a_client_authenticates_in_one_way(refusal, client):
    fields = {**GRANT, **client}

    assert refusal(fields, headers=basic(**client)) == (400, "invalid_request")


def test_from_outside_the_keys_networks_it_is_unauthorized(refusal, client):
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}

    answer = refusal({**GRANT, **client}, environ_overrides=elsewhere)

    assert answer == (400, "unauthorized_client")


def test_a_suspended_tenants_client_is_unauthorized(refusal, client, app, cast):
    with app.app_context(), unscoped() as session:
        session.get_one(Tenant, cast.tenant("acme")).is_suspended = True

    assert refusal({**GRANT, **client}) == (400, "unauthorized_client")


def test_a_revoked_key_is_no_client(refusal, client, key, app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme")):
        api_keys.revoke_key(key.actor.api_key_id, clock.utcnow())

    assert refusal({**GRANT, **client}) == (401, "invalid_client")


def test_an_expired_key_is_no_client(refusal, client, key, app, cast):
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        row = session.get_one(ApiKey, key.actor.api_key_id)
        row.expires_at = clock.utcnow() - timedelta(seconds=1)

    assert refusal({**GRANT, **client}) == (401, "invalid_client")


def test_a_refusal_leaves_a_row_in_the_audit_log(refusal, client, cast):
    refusal({**GRANT, **client, "client_secret": "0" * 64})
    refusal({**GRANT, **client, "scope": "backups:run"})

    told = [(row.action, row.status, row.code) for row in cast.rows(AuditRow)]
    assert told == [
        ("oauth.issue_token", 401, "invalid_client"),
        ("oauth.issue_token", 400, "invalid_scope"),
    ]


def test_a_body_too_large_is_refused_in_oauths_words(anonymous, client, app):
    response = anonymous.post(URL, Form({**client, "scope": "x" * (2 << 20)}))

    assert (response.status_code, response.json["error"]) == (413, "invalid_request")
