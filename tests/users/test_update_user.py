"""PUT /users/{id}: one's own names, others' by whom may manage them, roles never one's own."""

import pytest

from app.users.models import User

USERS = "/api/v1/users"


def url(user_id):
    return f"{USERS}/{user_id}"


def row(cast, user_id):
    return next(user for user in cast.rows(User) if user.id == user_id)


@pytest.fixture
def me(viewer):
    """The viewer's own address."""
    return url(viewer.actor.user_id)


def test_everybody_changes_their_own_names(viewer, me, log_in):
    body = {"full_name": "Vera V", "email": "vera@example.org", "username": "vera"}

    response = viewer.put(me, body)

    assert response.status_code == 200, response.text
    assert body.items() <= response.json["data"].items()
    assert response.json["data"]["version"] == 2
    assert log_in("VERA@example.org").json["data"]["user"]["username"] == "vera"


@pytest.mark.parametrize("field", [{"role": "admin"}, {"is_active": False}])
def test_nobody_changes_their_own_role(field, viewer, admin, me, cast):
    theirs = viewer.put(me, {"full_name": "Vera V", **field})
    admins = admin.put(url(admin.actor.user_id), {"role": "viewer", **field, "is_active": False})

    assert (theirs.status_code, theirs.json["details"]) == (403, {"required": "users:manage"})
    assert (admins.status_code, admins.json["error"]) == (409, "OWN_ACCOUNT")
    assert row(cast, viewer.actor.user_id).full_name != "Vera V"


def test_the_permission_is_judged_before_the_body(viewer, admin):
    response = viewer.put(url(admin.actor.user_id), {"full_name": ""})

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")


def test_an_administrator_changes_the_account_of_whom_only_this_tenant_has(admin, cast):
    user = cast.user("viewer")
    body = {"full_name": "Änne", "email": "neu@example.org", "username": "neu", "role": "auditor"}

    response = admin.put(url(user.id), body)

    assert response.status_code == 200, response.text
    assert body.items() <= response.json["data"].items()
    assert [one["id"] for one in admin.get(f"{USERS}?search=ÄNNE").json["data"]] == [user.id]


@pytest.mark.parametrize(
    "field",
    [{"email": "x@example.org"}, {"username": "x"}, {"full_name": "Xx"}, {"is_active": False}],
)
def test_the_account_of_whom_others_have_too_stays_as_it_is(field, admin, cast, join):
    user = cast.user("viewer")
    join(user.id, "globex", "viewer")

    response = admin.put(url(user.id), field)

    assert (response.status_code, response.json["error"]) == (409, "SHARED_ACCOUNT")
    assert "globex" not in response.text.lower()
    assert row(cast, user.id).version == 1


def test_their_role_here_can_be_changed_all_the_same(admin, outsider, cast, join):
    user = cast.user("viewer")
    join(user.id, "globex", "viewer")

    response = admin.put(url(user.id), {"role": "operator"})

    assert (response.status_code, response.json["data"]["role"]) == (200, "operator")
    assert outsider.get(url(user.id)).json["data"]["role"] == "viewer"


def test_a_new_role_holds_at_the_next_request(admin, operator):
    assert operator.get("/api/v1/auth/me").json["data"]["role"] == "operator"

    admin.put(url(operator.actor.user_id), {"role": "viewer"})

    assert operator.get("/api/v1/auth/me").json["data"]["role"] == "viewer"


@pytest.mark.parametrize("field", [{"email": "x@example.org"}, {"is_active": False}])
def test_only_a_platform_admin_changes_the_account_of_another(field, admin, cast):
    above = cast.user("viewer", is_platform_admin=True)
    peer = cast.caller("admin", is_platform_admin=True)

    refused = admin.put(url(above.id), field)
    done = peer.put(url(above.id), field)

    assert (refused.status_code, refused.json["details"]["required"]) == (403, "platform:manage")
    assert done.status_code == 200


@pytest.mark.parametrize("field", [{"email": "x@example.org"}, {"role": "viewer"}])
def test_a_key_touches_nobody_who_may_more_than_itself(field, admin, cast):
    key = cast.key_caller(permissions=["users:manage"])

    response = key.put(url(admin.actor.user_id), field)

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
    assert row(cast, admin.actor.user_id).version == 1


def test_the_last_administrator_stays_one(admin, cast):
    key = cast.key_caller("admin")
    maker = next(user.id for user in cast.rows(User) if user.id != admin.actor.user_id)
    assert key.put(url(maker), {"role": "viewer"}).status_code == 200
    cast.user("admin", password_hash=None)

    # That key may do as little now as its maker; and who has no password yet administers nothing.
    other = admin.post("/api/v1/auth/api-keys", {"name": "x", "role": "admin"}).json["data"]["key"]
    response = admin.client.put(
        url(admin.actor.user_id), json={"role": "viewer"}, headers={"X-API-Key": other}
    )

    assert (response.status_code, response.json["error"]) == (409, "LAST_ADMIN")


def test_one_who_was_deactivated_is_let_in_again(admin, cast, log_in):
    user = cast.user("viewer", is_active=False)

    response = admin.put(url(user.id), {"is_active": True})

    assert (response.status_code, response.json["data"]["is_active"]) == (200, True)
    assert log_in(user.username).status_code == 200


@pytest.mark.parametrize("field", ["email", "username"])
def test_refuses_a_name_that_somebody_goes_by(field, viewer, me, cast):
    other = cast.user("viewer", tenant="globex")

    response = viewer.put(me, {field: other.email.upper()})

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert list(response.json["details"]) == [field]


def test_a_user_name_that_is_the_e_mail_follows_it(admin, cast):
    user = cast.user("viewer", username="old@example.org")
    admin.put(url(user.id), {"email": "old@example.org"})
    assert row(cast, user.id).username == "old@example.org"

    admin.put(url(user.id), {"email": "new@example.org"})

    assert row(cast, user.id).username_key == "new@example.org"


@pytest.mark.parametrize(
    "body", [{"email": None}, {"full_name": None}, {"username": ""}, {"is_active": "yes"}]
)
def test_refuses_what_cannot_be_by_its_name(body, viewer, me, cast):
    response = viewer.put(me, body)

    assert response.status_code == 400
    assert list(response.json["details"]) == list(body)


def test_a_stale_version_changes_nothing(admin, cast):
    user = cast.user("viewer")
    admin.put(url(user.id), {"role": "operator"})

    response = admin.put(url(user.id), {"role": "auditor"}, headers={"If-Match": '"v1"'})

    assert (response.status_code, response.json["error"]) == (412, "PRECONDITION_FAILED")
    assert admin.get(url(user.id)).json["data"]["role"] == "operator"
