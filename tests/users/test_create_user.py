"""POST /users makes a user of the tenant, with a password or with an invite to choose one."""

import pytest

from app.audit.models import AuditRow
from app.core.http.trail import MASK
from app.users.models import Invite, Membership, User
from tests.support.cast import PASSWORD

USERS = "/api/v1/users"
ADA = {"email": "Ada@Example.com", "full_name": "Ada Lovelace", "role": "operator"}


def test_with_a_password_they_can_sign_in_at_once(admin, log_in, cast):
    response = admin.post(USERS, {**ADA, "username": "ada", "password": PASSWORD})

    assert response.status_code == 201, response.text
    data = response.json["data"]
    assert (data["role"], data["login_enabled"], data["invite"]) == ("operator", True, None)
    assert response.headers["Location"] == f"{USERS}/{data['id']}"
    assert log_in("ada").json["data"]["user"]["tenant"] == "acme"
    assert PASSWORD not in response.text
    assert cast.rows(User)[-1].password_hash.startswith("$argon2id$")


def test_without_one_an_invite_is_mailed_and_its_link_is_not_shown(admin, smtp, mails, log_in):
    response = admin.post(USERS, ADA)

    data = response.json["data"]
    assert (response.status_code, data["login_enabled"]) == (201, False)
    delivery = data["invite"]["delivery"]
    assert (delivery["is_mailed"], delivery["link"], delivery["token"]) == (True, None, None)
    (mail,) = mails()
    assert mail["to"] == "Ada@Example.com"
    assert mail["token"] not in response.text
    assert log_in("ada@example.com").status_code == 401


def test_the_invite_lets_them_choose_their_password_and_keeps_the_rest(admin, anonymous, log_in):
    made = admin.post(USERS, ADA).json["data"]
    token = made["invite"]["delivery"]["token"]

    response = anonymous.post(f"/api/v1/invites/{token}/accept", {"password": PASSWORD})

    assert response.status_code == 201, response.text
    assert response.json["data"]["id"] == made["id"]
    assert response.json["data"]["full_name"] == "Ada Lovelace"
    assert log_in("ada@example.com").json["data"]["user"]["role"] == "operator"


def test_a_second_invite_can_be_sent_while_they_have_no_password(admin, anonymous, cast):
    made = admin.post(USERS, ADA).json["data"]
    first = made["invite"]["delivery"]["token"]
    body = {"email": ADA["email"], "role": "operator"}

    again = admin.post("/api/v1/tenants/current/invites", body)
    other = admin.post("/api/v1/tenants/current/invites", {**body, "role": "admin"})

    assert (again.status_code, other.status_code) == (201, 400)
    old = anonymous.post(f"/api/v1/invites/{first}/accept", {"password": PASSWORD})
    assert (old.status_code, old.json["error"]) == (409, "INVITE_WITHDRAWN")
    assert len(cast.rows(Invite)) == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{USERS}/%s", {"email": "right@example.org"}),
        ("DELETE", f"{USERS}/%s", None),
        ("DELETE", "/api/v1/tenants/current/members/%s", None),
    ],
)
def test_what_was_sent_to_a_wrong_address_can_be_taken_back(
    method, path, body, admin, anonymous, cast
):
    made = admin.post(USERS, ADA).json["data"]
    token = made["invite"]["delivery"]["token"]
    assert admin.call(method, path % made["id"], json=body).status_code == 200

    answer = {"password": PASSWORD, "full_name": "Eve"}
    response = anonymous.post(f"/api/v1/invites/{token}/accept", answer)

    assert (response.status_code, response.json["error"]) == (409, "INVITE_WITHDRAWN")
    assert cast.rows(User)[-1].password_hash is None


def test_the_user_name_is_the_e_mail_unless_given(admin):
    response = admin.post(USERS, {**ADA, "password": PASSWORD})

    assert response.json["data"]["username"] == "Ada@Example.com"


def test_user_is_another_name_of_viewer(admin, cast):
    admin.post(USERS, {**ADA, "role": "user", "password": PASSWORD})

    assert cast.rows(Membership)[-1].role == "viewer"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("email", "ada"),
        ("email", "ada@example.com\nBcc: eve@example.com"),
        ("email", f"{'a' * 250}@b.de"),
        ("full_name", "A"),
        ("full_name", "a" * 101),
        ("full_name", "a\nb"),
        ("username", " "),
        ("username", "ß" * 100),
        ("role", "emperor"),
        ("role", None),
        ("password", "short"),
        ("password", "password1234"),
        ("password", "ADA@example.com"),
        ("tenant_id", 7),
        ("is_platform_admin", True),
    ],
)
def test_refuses_what_cannot_be_by_its_name(field, value, admin, cast):
    response = admin.post(USERS, {**ADA, "password": PASSWORD, field: value})

    assert response.status_code == 400, response.text
    assert list(response.json["details"]) == [field]
    assert len(cast.rows(User)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "TAKEN@example.com"),
        ("username", "Taken"),
        ("username", "taken@Example.com"),
        ("email", "by@name.example"),
    ],
)
@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_refuses_a_name_that_somebody_goes_by(field, value, tenant, admin, cast):
    cast.user("viewer", tenant=tenant, username="taken")
    cast.user("viewer", tenant=tenant, username="by@name.example")

    response = admin.post(USERS, {**ADA, "password": PASSWORD, field: value})

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert list(response.json["details"]) == [field]
    assert len(cast.rows(User)) == 3


def test_a_key_gives_no_role_that_may_more_than_itself(cast):
    key = cast.key_caller(permissions=["users:manage", "status:report"])

    admin = key.post(USERS, {**ADA, "password": PASSWORD, "role": "admin"})
    reporter = key.post(USERS, {**ADA, "password": PASSWORD, "role": "reporter"})

    assert (admin.status_code, admin.json["error"]) == (403, "FORBIDDEN")
    assert "api_keys:manage" in admin.json["details"]["required"]
    assert reporter.status_code == 201


def test_no_password_is_in_the_audit_log(admin, cast):
    admin.post(USERS, {**ADA, "password": PASSWORD})

    (row,) = cast.rows(AuditRow)
    changes = {change["type"]: change["fields"] for change in row.changes}
    assert (row.action, row.resource_type) == ("users.create_user", "user")
    assert changes["user"]["password_hash"] == [None, MASK]
    assert changes["membership"]["role"] == [None, "operator"]
    assert PASSWORD not in str(row.changes)
