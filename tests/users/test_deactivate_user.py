"""DELETE /users/{id} lets nobody in by the account any more, at once."""

import pytest

from app.users.models import PasswordReset, User

USERS = "/api/v1/users"
ME = "/api/v1/auth/me"


def url(user_id):
    return f"{USERS}/{user_id}"


def row(cast, user_id):
    return next(user for user in cast.rows(User) if user.id == user_id)


def test_tokens_and_keys_stop_at_the_next_request(admin, cast, bearer, log_in, anonymous):
    leaver = cast.caller("admin")
    pair = log_in(leaver.username).json["data"]
    made = leaver.post("/api/v1/auth/api-keys", {"name": "theirs", "role": "viewer"}).json["data"]
    key = {"X-API-Key": made["key"]}
    assert anonymous.get(ME, headers=key).status_code == 200
    assert bearer(pair["access_token"]).get(ME).status_code == 200

    response = admin.delete(url(leaver.actor.user_id))

    assert response.status_code == 200
    assert response.json["data"] == {"id": leaver.actor.user_id}
    for caller in (leaver, bearer(pair["access_token"])):
        answer = caller.get(ME)
        assert (answer.status_code, answer.json["error"]) == (401, "TOKEN_REVOKED")
    assert anonymous.get(ME, headers=key).json["error"] == "TOKEN_REVOKED"
    refresh = {"refresh_token": pair["refresh_token"]}
    assert anonymous.post("/api/v1/auth/refresh", refresh).status_code == 401
    assert log_in(leaver.username).status_code == 401


def test_they_are_still_shown_and_a_second_time_is_404(admin, viewer):
    path = url(viewer.actor.user_id)
    admin.delete(path)

    shown, again = admin.get(path), admin.delete(path)

    assert (shown.status_code, shown.json["data"]["is_active"]) == (200, False)
    assert (again.status_code, again.json["error"]) == (404, "NOT_FOUND")


def test_old_tokens_stay_dead_when_they_are_let_in_again(admin, viewer, log_in):
    admin.delete(url(viewer.actor.user_id))

    admin.put(url(viewer.actor.user_id), {"is_active": True})

    assert viewer.get(ME).json["error"] == "TOKEN_REVOKED"
    assert log_in(viewer.username).status_code == 200


def test_nobody_deactivates_themselves(admin, cast):
    cast.user("admin")

    response = admin.delete(url(admin.actor.user_id))

    assert (response.status_code, response.json["error"]) == (409, "OWN_ACCOUNT")
    assert row(cast, admin.actor.user_id).is_active


@pytest.mark.parametrize("other", [{"is_active": False}, {"password_hash": None}])
def test_the_last_administrator_who_can_sign_in_stays(other, admin, cast):
    cast.user("admin", **other)
    cast.user("admin", tenant="globex")
    key = admin.post("/api/v1/auth/api-keys", {"name": "x", "role": "admin"}).json["data"]["key"]

    response = admin.client.delete(url(admin.actor.user_id), headers={"X-API-Key": key})

    assert (response.status_code, response.json["error"]) == (409, "LAST_ADMIN")
    assert row(cast, admin.actor.user_id).is_active


def test_whom_others_have_too_stays(admin, viewer, join, cast):
    join(viewer.actor.user_id, "globex", "viewer")

    response = admin.delete(url(viewer.actor.user_id))

    assert (response.status_code, response.json["error"]) == (409, "SHARED_ACCOUNT")
    assert viewer.get(ME).status_code == 200


def test_a_reset_link_that_was_mailed_is_void(admin, viewer, smtp, cast):
    admin.post(f"{url(viewer.actor.user_id)}/reset-password")
    assert len(cast.rows(PasswordReset)) == 1

    admin.delete(url(viewer.actor.user_id))

    assert cast.rows(PasswordReset) == []


def test_others_stay_signed_in(admin, viewer, operator):
    admin.delete(url(viewer.actor.user_id))

    assert operator.get(ME).status_code == 200
