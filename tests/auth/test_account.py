"""One's own account: who am I, another tenant, a new password."""

import pytest

from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.tenants.service import get_tenant
from app.users.models import User
from app.users.service import add_member
from app.users.values import ROLE_PERMISSIONS
from tests.support.cast import PASSWORD

ME = "/api/v1/auth/me"
SWITCH = "/api/v1/auth/switch"
CHANGE = f"{ME}/password"
NEW = "one that is quite new"


def join(app, user_id, slug, role):
    with app.app_context(), unscoped() as session:
        add_member(get_tenant(slug), session.get_one(User, user_id), role)


def test_me_is_flat_and_tells_what_i_may(cast, app):
    caller = cast.caller("operator", username="ada")
    join(app, caller.actor.user_id, "globex", "viewer")

    response = caller.get(ME)

    assert response.status_code == 200
    data = response.json["data"]
    assert (data["username"], data["email"]) == ("ada", "ada@example.com")
    assert (data["role"], data["tenant"]["slug"]) == ("operator", "acme")
    assert data["permissions"] == sorted(ROLE_PERMISSIONS["operator"])
    assert [(one["slug"], one["role"]) for one in data["tenants"]] == [
        ("acme", "operator"),
        ("globex", "viewer"),
    ]
    assert "password" not in response.text


def test_a_switch_gives_a_pair_for_the_other_tenant_which_is_used_from_now_on(
    cast, app, bearer, log_in
):
    caller = cast.caller("operator", username="ada")
    join(app, caller.actor.user_id, "globex", "viewer")

    response = caller.post(SWITCH, {"tenant": "globex"})

    assert response.status_code == 200
    data = response.json["data"]
    assert (data["user"]["tenant"], data["user"]["role"]) == ("globex", "viewer")
    assert bearer(data["access_token"]).get(ME).json["data"]["tenant"]["slug"] == "globex"
    assert caller.get(ME).json["data"]["tenant"]["slug"] == "acme"
    assert log_in("ada").json["data"]["user"]["tenant"] == "globex"


@pytest.mark.parametrize("slug", ["globex", "nobodys"])
def test_a_switch_to_a_tenant_that_is_not_mine_is_404(slug, viewer):
    response = viewer.post(SWITCH, {"tenant": slug})

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


def test_a_switch_to_a_suspended_tenant_is_403(cast, app):
    caller = cast.caller("operator")
    join(app, caller.actor.user_id, "globex", "viewer")
    with app.app_context(), unscoped() as session:
        session.get_one(Tenant, cast.tenant("globex")).is_suspended = True

    response = caller.post(SWITCH, {"tenant": "globex"})

    assert (response.status_code, response.json["error"]) == (403, "TENANT_SUSPENDED")


def test_a_key_cannot_switch(reporter):
    response = reporter.post(SWITCH, {"tenant": "acme"})

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")


def test_a_new_password_ends_the_other_sign_ins_and_not_this_one(cast, log_in, bearer, anonymous):
    cast.user("viewer", username="ada")
    here, there = (log_in("ada").json["data"] for _ in range(2))
    caller = bearer(here["access_token"])
    assert bearer(there["access_token"]).get(ME).status_code == 200

    response = caller.put(CHANGE, {"current_password": PASSWORD, "new_password": NEW})

    assert response.status_code == 200
    assert caller.get(ME).status_code == 200
    assert bearer(there["access_token"]).get(ME).json["error"] == "TOKEN_REVOKED"
    refreshed = anonymous.post("/api/v1/auth/refresh", {"refresh_token": there["refresh_token"]})
    assert refreshed.status_code == 401
    assert log_in("ada").status_code == 401
    assert log_in("ada", NEW).status_code == 200


def test_a_wrong_current_password_is_refused_and_counted(viewer, cast):
    body = {"current_password": "a wrong password", "new_password": NEW}

    response = viewer.put(CHANGE, body)

    assert response.status_code == 400
    assert list(response.json["details"]) == ["current_password"]
    assert cast.rows(User)[0].failed_logins == 1


@pytest.mark.parametrize(
    "weak", ["", "short", "elevenchars", "password1234", "ada-lovelace-x", "x" * 257]
)
def test_a_weak_password_is_refused_by_name(weak, cast, log_in):
    caller = cast.caller("viewer", username="ada-lovelace-x")

    response = caller.put(CHANGE, {"current_password": PASSWORD, "new_password": weak})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["new_password"]
    assert log_in("ada-lovelace-x").status_code == 200


def test_a_key_has_no_password(reporter):
    response = reporter.put(CHANGE, {"current_password": "x", "new_password": NEW})

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
