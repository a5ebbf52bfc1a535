"""A machine client's token is good for as long as its key is, and for no more than the key."""

from datetime import timedelta

import pytest

from app.auth import cache
from app.auth.models import ApiKey
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.tenants.models import Tenant
from app.users.models import Membership
from tests.support.cast import Form
from tests.support.oauth import GRANT, URL, halves

ME = "/api/v1/auth/me"


@pytest.fixture
def change(app, cast):
    """Do something to the key's row, as time or another process would, and forget callers."""

    def call(key, **values):
        with app.app_context(), as_tenant(cast.tenant("acme")) as session:
            row = session.get_one(ApiKey, key.actor.api_key_id)
            for name, value in values.items():
                setattr(row, name, value)
        cache.forget_all()

    return call


def refused(caller, **options):
    response = caller.get(ME, **options)
    return response.status_code, response.json["error"]


def test_a_revoked_keys_token_ends_at_once(token_of, cast, admin):
    key = cast.key_caller("servicenow")
    caller = token_of(key)
    assert caller.get(ME).status_code == 200

    admin.delete(f"/api/v1/auth/api-keys/{key.actor.api_key_id}")

    assert refused(caller) == (401, "TOKEN_REVOKED")


def test_a_token_ends_with_the_secret_that_it_was_asked_for_with(token_of, cast, admin):
    key = cast.key_caller("servicenow")
    old = token_of(key)
    rotate = f"/api/v1/auth/api-keys/{key.actor.api_key_id}/rotate"

    kept = admin.post(rotate, {"overlap_hours": 1}).json["data"]
    assert old.get(ME).status_code == 200
    ended = admin.post(rotate, {"overlap_hours": 0}).json["data"]

    assert refused(old) == (401, "TOKEN_REVOKED")
    assert (kept["client_id"], ended["client_id"]) == (halves(key.key)["client_id"],) * 2
    assert ended["key"] == f"{ended['client_id']}_{ended['client_secret']}"


def test_a_token_lasts_no_longer_than_its_key(anonymous, cast):
    key = cast.key_caller("servicenow", expires_at=clock.utcnow() + timedelta(minutes=5))

    answer = anonymous.post(URL, Form({**GRANT, **halves(key.key)})).json

    assert 240 < answer["expires_in"] <= 300


def test_a_key_that_expires_sooner_than_it_was_to_takes_its_token_with_it(token_of, cast, change):
    key = cast.key_caller("servicenow")
    caller = token_of(key)

    change(key, expires_at=clock.utcnow() - timedelta(seconds=1))

    assert refused(caller) == (401, "TOKEN_EXPIRED")


def test_a_token_is_over_after_its_hour(token_of, cast):
    caller = token_of(cast.key_caller("servicenow"))

    with clock.hold(clock.utcnow() + timedelta(minutes=61)):
        assert refused(caller) == (401, "TOKEN_EXPIRED")


def test_a_token_holds_in_the_keys_networks_only(token_of, cast):
    caller = token_of(cast.key_caller("servicenow", allowed_networks=["127.0.0.0/8"]))

    assert refused(caller, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}) == (403, "FORBIDDEN")


def test_a_token_shrinks_with_the_keys_creator(token_of, cast, app):
    key = cast.key_caller("admin")
    caller = token_of(key)
    assert "users:manage" in caller.get(ME).json["data"]["permissions"]

    with app.app_context(), unscoped() as session:
        session.query(Membership).filter_by(role="admin").update({"role": "viewer"})
    cache.forget_all()

    assert "users:manage" not in caller.get(ME).json["data"]["permissions"]


def test_a_token_never_grows_beyond_its_scope(token_of, cast, change):
    key = cast.key_caller("servicenow")
    caller = token_of(key)

    change(key, role="operator")

    held = caller.get(ME).json["data"]["permissions"]
    assert held == ["comments:write", "events:read", "tasks:read", "tasks:write"]


def test_a_suspended_tenants_token_may_still_report(token_of, cast, app):
    reporter, other = token_of(cast.key_caller("reporter")), token_of(cast.key_caller("toolbox"))
    job = cast.create_job(backup_tool="veeam")
    with app.app_context(), unscoped() as session:
        session.get_one(Tenant, cast.tenant("acme")).is_suspended = True
    cache.forget_all()

    report = {"job_id": job.id, "execution_result": "success"}

    assert reporter.post("/api/backup/status", report).status_code == 201
    assert refused(other) == (403, "TENANT_SUSPENDED")


def test_a_token_cannot_be_refreshed_or_signed_out(token_of, cast):
    caller = token_of(cast.key_caller("servicenow"))

    for path in ("/api/v1/auth/refresh", "/api/v1/auth/logout"):
        assert caller.post(path).json["error"] == "INVALID_CREDENTIALS"
    assert caller.get(ME).status_code == 200


def test_a_token_counts_as_its_key(token_of, cast):
    """For limits, idempotency and the audit log."""
    key = cast.key_caller("servicenow")
    body = {"title": "Change the tape", "priority": "low"}
    again = {"Idempotency-Key": "once"}

    first = key.post("/api/v1/tasks", body, headers=again)
    second = token_of(key).post("/api/v1/tasks", body, headers=again)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
