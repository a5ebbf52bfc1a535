"""API keys are made, listed, shown once and revoked by whoever may manage them."""

from datetime import timedelta

import pytest

from app.auth.models import ApiKey
from app.core import clock

PATH = "/api/v1/auth/api-keys"
ME = "/api/v1/auth/me"


def make(caller, **fields):
    return caller.post(PATH, {"name": "script", **fields})


def test_a_key_is_shown_once_and_only_a_hash_is_kept(admin, cast):
    response = make(admin, role="reporter")

    assert response.status_code == 201
    shown = response.json["data"]
    (row,) = cast.rows(ApiKey)
    secret = shown["key"].rpartition("_")[2]
    assert shown["key"] == f"hf_{row.public_id}_{secret}"
    assert response.headers["Location"] == f"{PATH}/{row.id}"
    assert response.headers["ETag"] == '"v1"'
    assert secret not in str(vars(row))
    assert row.created_by == admin.actor.user_id
    for path in (PATH, f"{PATH}/{row.id}"):
        assert secret not in admin.get(path).text


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_key_is_taken_in_its_header_and_as_bearer(header, reporter):
    value = reporter.key if header == "X-API-Key" else f"Bearer {reporter.key}"
    reporter.headers = {header: value}

    response = reporter.get(ME)

    assert response.status_code == 200
    data = response.json["data"]
    assert (data["id"], data["role"], data["permissions"]) == (None, "reporter", ["status:report"])
    assert data["username"] == reporter.username


def test_a_key_may_have_permissions_in_place_of_a_role(admin, cast):
    response = make(admin, permissions=["backups:read", "backups:run", "backups:read"])

    assert response.status_code == 201
    assert response.json["data"]["permissions"] == ["backups:read", "backups:run"]
    assert cast.rows(ApiKey)[0].role is None


def test_user_is_another_name_of_the_role_viewer(admin):
    response = make(admin, role="user")

    assert response.status_code == 201
    assert response.json["data"]["role"] == "viewer"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "role"),
        ({"role": "viewer", "permissions": ["backups:read"]}, "role"),
        ({"role": "emperor"}, "role"),
        ({"permissions": []}, "permissions"),
        ({"permissions": ["backups:explode"]}, "permissions.0"),
        ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"role": "viewer", "expires_at": "2090-01-01T00:00:00"}, "expires_at"),
        ({"role": "viewer", "allowed_networks": ["10.0.0.0/99"]}, "allowed_networks.0"),
        ({"role": "viewer", "name": "  "}, "name"),
        ({"role": "viewer", "name": "x" * 101}, "name"),
        ({"role": "viewer", "tenant_id": 1}, "tenant_id"),
    ],
)
def test_a_body_that_does_not_fit_names_its_field(fields, field, admin, cast):
    response = make(admin, **fields)

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]
    assert cast.rows(ApiKey) == []


def test_who_may_not_manage_keys_makes_none(operator, cast):
    response = make(operator, role="reporter")

    assert response.status_code == 403
    assert response.json["details"] == {"required": "api_keys:manage"}
    assert cast.rows(ApiKey) == []


def test_a_key_may_do_no_more_than_its_maker(cast):
    maker = cast.key_caller(permissions=["api_keys:manage", "backups:read"])

    response = make(maker, permissions=["backups:read", "backups:write"])

    assert response.status_code == 403
    assert response.json["details"] == {"required": ["backups:write"]}
    assert len(cast.rows(ApiKey)) == 1


def test_a_key_made_by_a_key_hangs_on_the_same_person(cast):
    maker = cast.key_caller(permissions=["api_keys:manage", "backups:read"])

    response = make(maker, permissions=["backups:read"])

    assert response.status_code == 201
    first, second = cast.rows(ApiKey)
    assert second.created_by == first.created_by


def test_a_revoked_key_stops_at_once_and_is_gone_the_second_time(admin, reporter):
    path = f"{PATH}/{reporter.actor.api_key_id}"
    assert reporter.get(ME).status_code == 200

    response = admin.delete(path)

    assert (response.status_code, response.json["data"]["id"]) == (200, reporter.actor.api_key_id)
    assert reporter.get(ME).json["error"] == "TOKEN_REVOKED"
    assert admin.delete(path).status_code == 404


def test_a_key_that_was_changed_since_is_not_revoked(admin, reporter, cast):
    path = f"{PATH}/{reporter.actor.api_key_id}"

    response = admin.delete(path, headers={"If-Match": '"v9"'})

    assert (response.status_code, response.json["error"]) == (412, "PRECONDITION_FAILED")
    assert cast.rows(ApiKey)[0].revoked_at is None


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("DELETE", ""), ("POST", "/rotate")])
def test_another_tenants_key_is_not_there(method, suffix, outsider, reporter, cast):
    response = outsider.call(method, f"{PATH}/{reporter.actor.api_key_id}{suffix}")

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")
    row = cast.rows(ApiKey)[0]
    assert (row.revoked_at, row.previous_hash) == (None, None)


def test_a_list_shows_the_tenants_own_keys(admin, outsider, reporter):
    mine = admin.get(PATH).json
    theirs = outsider.get(PATH).json

    assert [row["id"] for row in mine["data"]] == [reporter.actor.api_key_id]
    assert (theirs["data"], theirs["total"]) == ([], 0)


def test_an_expired_key_is_401(admin, bearer):
    ends = clock.utcnow() + timedelta(hours=1)
    key = make(admin, role="viewer", expires_at=clock.to_wire(ends)).json["data"]["key"]
    assert bearer(key).get(ME).status_code == 200

    with clock.hold(ends):
        response = bearer(key).get(ME)

    assert (response.status_code, response.json["error"]) == (401, "TOKEN_EXPIRED")
