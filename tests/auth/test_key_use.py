"""What a key may do follows its maker, its tenant and where it is used from."""

from datetime import timedelta

import pytest

from app.auth import cache
from app.auth.models import ApiKey
from app.backups.models import BackupJob
from app.core import clock
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Membership, User

ME = "/api/v1/auth/me"


def change(app, model, row_id, **values):
    with app.app_context(), unscoped() as session:
        row = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)
    cache.forget_all()


def maker_of(cast):
    return cast.rows(ApiKey)[0].created_by


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200),
        ("::ffff:10.1.2.3", 200),
        ("2001:db8::7", 200),
        ("192.0.2.7", 200),
        ("192.0.2.8", 403),
        ("2001:db9::7", 403),
        ("garbage", 403),
    ],
)
def test_a_key_is_good_from_its_networks_only(address, status, cast):
    networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
    caller = cast.key_caller("viewer", allowed_networks=networks)

    for _ in range(2):
        response = caller.get(ME, environ_overrides={"REMOTE_ADDR": address})
        assert response.status_code == status


def test_a_use_from_elsewhere_is_no_use(cast):
    caller = cast.key_caller("viewer", allowed_networks=["10.0.0.0/8"])

    caller.get(ME, environ_overrides={"REMOTE_ADDR": "192.0.2.8"})

    assert cast.rows(ApiKey)[0].last_used_at is None


def test_the_last_use_is_written_at_most_once_a_minute(reporter, cast):
    now = clock.utcnow()
    seen = []
    for seconds in (0, 30, 59, 60):
        cache.forget_all()
        with clock.hold(now + timedelta(seconds=seconds)):
            assert reporter.get(ME).status_code == 200
        seen.append(cast.rows(ApiKey)[0].last_used_at)

    assert seen == [now, now, now, now + timedelta(seconds=60)]


def test_a_key_shrinks_with_its_maker(cast, app):
    caller = cast.key_caller("admin")
    (membership,) = cast.rows(Membership)
    change(app, Membership, membership.id, role="viewer")

    response = caller.post("/api/v1/backups", {})

    assert response.status_code == 403
    assert response.json["details"] == {"required": "backups:write"}


@pytest.mark.parametrize(("model", "values"), [(User, {"is_active": False})])
def test_a_key_stops_with_its_maker(model, values, cast, app):
    caller = cast.key_caller("viewer")
    change(app, model, maker_of(cast), **values)

    response = caller.get(ME)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_REVOKED")


def test_a_key_stops_when_its_maker_leaves_the_tenant(cast, app):
    caller = cast.key_caller("viewer")
    change(app, Membership, cast.rows(Membership)[0].id, is_active=False)

    response = caller.get(ME)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_REVOKED")


def test_a_key_sees_its_own_tenant_only(cast):
    theirs = cast.create_job(tenant="globex")
    caller = cast.key_caller("viewer")

    response = caller.get(f"/api/v1/backups/{theirs.id}")

    assert response.status_code == 404
    assert caller.get("/api/v1/backups").json["total"] == 0


@pytest.mark.parametrize("role", ["admin", "viewer", "reporter"])
def test_a_suspended_tenants_key_is_told_so(role, cast, app):
    caller = cast.key_caller(role)
    change(app, Tenant, cast.tenant("acme"), is_suspended=True)

    for path in (ME, "/api/v1/backups"):
        response = caller.get(path)
        assert (response.status_code, response.json["error"]) == (403, "TENANT_SUSPENDED")


@pytest.mark.parametrize(
    "key",
    ["hf_", "hf__", "hf_x", "hf_x_", "hf__x", "hf_x_y_z", "hf_" + "x" * 500 + "_y", "hf_é_ß",
     "hf_x' OR 1=1--_y"],
)  # fmt: skip
def test_what_is_no_key_is_401(key, anonymous):
    response = anonymous.get(ME, headers={"X-API-Key": key})

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")


def test_a_known_key_with_another_secret_is_401(reporter, cast):
    prefix, public_id, secret = reporter.key.split("_")
    reporter.headers = {"X-API-Key": f"{prefix}_{public_id}_{secret[::-1]}"}

    response = reporter.get(ME)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
    assert cast.rows(ApiKey)[0].last_used_at is None


def test_a_reporter_opens_nothing_else(reporter, job, cast):
    response = reporter.delete(f"/api/v1/backups/{job.id}")

    assert response.status_code == 403
    assert cast.rows(BackupJob)[0].deleted_at is None
