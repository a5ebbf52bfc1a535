"""POST /auth/api-keys/{id}/rotate gives a key a new secret beside the old one."""

from datetime import timedelta

import pytest

from app.auth import cache
from app.auth.models import ApiKey
from app.core import clock

ME = "/api/v1/auth/me"


@pytest.fixture
def path(reporter):
    return f"/api/v1/auth/api-keys/{reporter.actor.api_key_id}/rotate"


def test_both_secrets_are_good_for_the_overlap(admin, reporter, path, bearer):
    now = clock.utcnow()
    with clock.hold(now):
        new = admin.post(path, {"overlap_hours": 2}).json["data"]["key"]

    with clock.hold(now + timedelta(minutes=59)):
        assert (reporter.get(ME).status_code, bearer(new).get(ME).status_code) == (200, 200)
    with clock.hold(now + timedelta(hours=2)):
        cache.forget_all()
        old = reporter.get(ME)

    assert (old.status_code, old.json["error"]) == (401, "TOKEN_EXPIRED")
    assert bearer(new).get(ME).status_code == 200


def test_the_overlap_is_a_day_unless_told_otherwise(admin, path, cast):
    now = clock.utcnow()

    with clock.hold(now):
        response = admin.post(path)

    assert response.status_code == 200
    assert cast.rows(ApiKey)[0].previous_expires_at == now + timedelta(hours=24)


def test_without_an_overlap_the_old_secret_ends_at_once(admin, reporter, path):
    assert reporter.get(ME).status_code == 200

    admin.post(path, {"overlap_hours": 0})

    assert reporter.get(ME).json["error"] == "TOKEN_EXPIRED"


def test_the_secret_before_the_last_is_gone(admin, reporter, path):
    admin.post(path)
    admin.post(path)

    response = reporter.get(ME)

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")


def test_a_revoked_key_is_not_rotated(admin, path):
    admin.delete(path.removesuffix("/rotate"))

    response = admin.post(path)

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")


@pytest.mark.parametrize("hours", [-1, 721, 1.5, "2", None])
def test_an_overlap_out_of_range_is_refused(hours, admin, path, cast):
    response = admin.post(path, {"overlap_hours": hours})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["overlap_hours"]
    assert cast.rows(ApiKey)[0].previous_hash is None


def test_nobody_gets_the_secret_of_a_key_that_may_do_more(cast, path):
    weak = cast.key_caller(permissions=["api_keys:manage"])

    response = weak.post(path)

    assert response.status_code == 403
    assert response.json["details"] == {"required": ["status:report"]}
    assert cast.rows(ApiKey)[0].previous_hash is None
