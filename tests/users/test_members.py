"""/tenants/current/members: who belongs here and as what; people come by invites alone."""

import pytest

from app.users.models import Membership, User

MEMBERS = "/api/v1/tenants/current/members"
ME = "/api/v1/auth/me"


def memberships(cast, user_id):
    return [row for row in cast.rows(Membership) if row.user_id == user_id]


def test_lists_who_belongs_here(admin, viewer, outsider):
    response = admin.get(f"{MEMBERS}?sort=role")

    assert response.status_code == 200
    assert [one["role"] for one in response.json["data"]] == ["admin", "viewer"]
    assert response.json["data"][1]["user_id"] == viewer.actor.user_id
    assert response.json["total"] == 2


def test_an_address_of_another_tenant_and_one_of_nobody_answer_alike(admin, cast, smtp, mails):
    cast.user("viewer", tenant="globex", username="gloria")

    known = admin.post(MEMBERS, {"email": "gloria@example.com", "role": "viewer"})
    unknown = admin.post(MEMBERS, {"email": "nobody@example.com", "role": "viewer"})

    def shape(response):
        data = response.json["data"]
        own = {"id", "email", "created_at", "updated_at", "expires_at"}
        return {name: value for name, value in data.items() if name not in own}

    assert (known.status_code, unknown.status_code) == (201, 201)
    assert shape(known) == shape(unknown)
    assert len(mails()) == 2
    assert [row.tenant_id for row in cast.rows(Membership)].count(cast.tenant("acme")) == 1


def test_who_belongs_here_already_is_409(admin, viewer, cast):
    body = {"email": f"{viewer.username}@example.com", "role": "operator"}

    response = admin.post(MEMBERS, body)

    assert (response.status_code, response.json["error"]) == (409, "ALREADY_MEMBER")
    assert response.json["details"] == {"user_id": viewer.actor.user_id}


def test_a_new_role_holds_at_the_next_request(admin, viewer, cast):
    assert viewer.get(ME).json["data"]["role"] == "viewer"

    response = admin.put(f"{MEMBERS}/{viewer.actor.user_id}", {"role": "operator"})

    assert (response.status_code, response.json["data"]["role"]) == (200, "operator")
    assert viewer.get(ME).json["data"]["role"] == "operator"
    assert response.headers["ETag"] == '"v2"'


def test_an_ended_membership_stops_tokens_and_keys_here_alone(admin, cast, join, log_in, bearer):
    leaver = cast.caller("admin")
    join(leaver.actor.user_id, "globex", "viewer")
    there = log_in(leaver.username, tenant="globex").json["data"]["access_token"]
    key = leaver.post("/api/v1/auth/api-keys", {"name": "x", "role": "viewer"}).json["data"]["key"]
    assert bearer(key).get(ME).status_code == 200

    response = admin.delete(f"{MEMBERS}/{leaver.actor.user_id}")

    assert response.status_code == 200, response.text
    assert leaver.get(ME).json["error"] == "TOKEN_REVOKED"
    assert bearer(key).get(ME).json["error"] == "TOKEN_REVOKED"
    assert bearer(there).get(ME).json["data"]["tenant"]["slug"] == "globex"
    assert admin.get(f"/api/v1/users/{leaver.actor.user_id}").status_code == 404
    assert len(memberships(cast, leaver.actor.user_id)) == 1


def test_a_second_end_is_404(admin, viewer):
    path = f"{MEMBERS}/{viewer.actor.user_id}"
    admin.delete(path)

    response = admin.delete(path)

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(("method", "body"), [("PUT", {"role": "viewer"}), ("DELETE", None)])
def test_nobody_does_it_to_themselves(method, body, admin, cast):
    cast.user("admin")

    response = admin.call(method, f"{MEMBERS}/{admin.actor.user_id}", json=body)

    assert (response.status_code, response.json["error"]) == (409, "OWN_ACCOUNT")
    assert memberships(cast, admin.actor.user_id)[0].role == "admin"


@pytest.mark.parametrize(("method", "body"), [("PUT", {"role": "viewer"}), ("DELETE", None)])
def test_the_last_administrator_stays_one(method, body, admin, cast, bearer):
    key = admin.post("/api/v1/auth/api-keys", {"name": "x", "role": "admin"}).json["data"]["key"]

    response = bearer(key).call(method, f"{MEMBERS}/{admin.actor.user_id}", json=body)

    assert (response.status_code, response.json["error"]) == (409, "LAST_ADMIN")
    assert memberships(cast, admin.actor.user_id)[0].role == "admin"


@pytest.mark.parametrize(("method", "body"), [("PUT", {"role": "viewer"}), ("DELETE", None)])
def test_a_key_touches_nobody_who_may_more_than_itself(method, body, operator, cast):
    key = cast.key_caller(permissions=["users:manage"])

    response = key.call(method, f"{MEMBERS}/{operator.actor.user_id}", json=body)

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
    assert len(cast.rows(User)) == len(cast.rows(Membership))


@pytest.mark.parametrize("body", [{"role": "emperor"}, {"role": None}, {"user": 7}])
def test_refuses_what_cannot_be_by_its_name(body, admin, viewer):
    response = admin.put(f"{MEMBERS}/{viewer.actor.user_id}", body)

    assert response.status_code == 400
    assert list(response.json["details"]) == list(body)
