"""POST /invites/{token}/accept: a new account, or the password of the one that is there."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from app.users.models import Invite, Membership, User
from tests.support.cast import PASSWORD
from tests.support.rows import keep_invite

NEW = {"password": "a password of the guest", "full_name": "Gustav Guest"}


def url(token):
    return f"/api/v1/invites/{token}/accept"


def roles(cast, user_id):
    return {row.tenant_id: row.role for row in cast.rows(Membership) if row.user_id == user_id}


def test_a_new_person_comes_in_with_the_role(anonymous, cast, log_in):
    invite_id, token = keep_invite(cast, email="Guest@example.org", role="operator")

    response = anonymous.post(url(token), NEW)

    assert response.status_code == 201, response.text
    data = response.json["data"]
    assert (data["username"], data["role"], data["tenant"]) == (
        "Guest@example.org",
        "operator",
        "acme",
    )
    assert log_in("guest@example.org", NEW["password"]).status_code == 200
    (invite,) = cast.rows(Invite)
    assert (invite.id, invite.accepted_by) == (invite_id, data["id"])


def test_it_works_once(anonymous, cast):
    _, token = keep_invite(cast)
    anonymous.post(url(token), NEW)

    response = anonymous.post(url(token), {**NEW, "username": "another"})

    assert (response.status_code, response.json["error"]) == (409, "INVITE_USED")
    assert len(cast.rows(User)) == 1


def test_an_expired_one_opens_nothing(anonymous, cast):
    _, token = keep_invite(cast, expires_at=clock.utcnow() - timedelta(seconds=1))

    response = anonymous.post(url(token), NEW)

    assert (response.status_code, response.json["error"]) == (409, "INVITE_EXPIRED")
    assert cast.rows(User) == []


@pytest.mark.parametrize("token", ["hf_invite_never", "null", "%00", "x" * 5000])
def test_one_that_never_was_is_404(token, anonymous, cast):
    response = anonymous.post(url(token), NEW)

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


def test_whose_address_has_an_account_gives_its_password(anonymous, cast, log_in):
    user = cast.user("viewer", tenant="globex")
    _, token = keep_invite(cast, email=user.email.upper(), role="operator")

    response = anonymous.post(url(token), {"password": PASSWORD, "username": "other"})

    assert response.status_code == 201, response.text
    assert (response.json["data"]["id"], response.json["data"]["username"]) == (
        user.id,
        user.username,
    )
    assert roles(cast, user.id) == {
        cast.tenant("globex"): "viewer",
        cast.tenant("acme"): "operator",
    }
    assert log_in(user.username, tenant="acme").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"is_active": False},
        {"password_hash": None},
        {"locked_until": clock.utcnow() + timedelta(hours=1)},
    ],
    ids=["wrong password", "deactivated", "no password", "locked"],
)
def test_an_invite_alone_opens_and_changes_no_account(fields, anonymous, cast):
    user = cast.user("viewer", tenant="globex", **fields)
    _, token = keep_invite(cast, email=user.email)
    password = PASSWORD if fields else NEW["password"]

    response = anonymous.post(url(token), {**NEW, "password": password})

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
    (kept,) = cast.rows(User)
    assert (kept.password_hash, kept.full_name) == (user.password_hash, user.full_name)
    assert roles(cast, user.id) == {cast.tenant("globex"): "viewer"}
    assert cast.rows(Invite)[0].accepted_at is None


def test_wrong_passwords_lock_the_account_as_they_do_at_sign_in(anonymous, cast, log_in):
    user = cast.user("viewer", tenant="globex")
    _, token = keep_invite(cast, email=user.email)
    for _ in range(5):
        anonymous.post(url(token), NEW)

    response = anonymous.post(url(token), {"password": PASSWORD})

    assert response.status_code == 401
    assert log_in(user.username).status_code == 401
    assert cast.events() == ["auth.locked"]


def test_one_who_belongs_nowhere_any_more_comes_back_by_password(anonymous, admin, viewer, cast):
    admin.delete(f"/api/v1/tenants/current/members/{viewer.actor.user_id}")
    _, token = keep_invite(cast, email=f"{viewer.username}@example.com", role="operator")

    response = anonymous.post(url(token), {"password": PASSWORD})

    assert (response.status_code, response.json["data"]["role"]) == (201, "operator")


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"is_active": False}])
def test_an_invite_is_worth_what_its_maker_is(change, admin, cast, anonymous):
    maker = cast.caller("admin")
    body = {"email": "guest@example.org", "role": "admin"}
    made = maker.post("/api/v1/tenants/current/invites", body).json["data"]
    admin.put(f"/api/v1/users/{maker.actor.user_id}", change)

    response = anonymous.post(url(made["delivery"]["token"]), NEW)

    assert (response.status_code, response.json["error"]) == (409, "INVITE_WITHDRAWN")


def test_a_suspended_tenant_lets_nobody_in(anonymous, cast, app):
    _, token = keep_invite(cast)
    with app.app_context(), unscoped() as session:
        session.get_one(Tenant, cast.tenant("acme")).is_suspended = True

    response = anonymous.post(url(token), NEW)

    assert (response.status_code, response.json["error"]) == (403, "TENANT_SUSPENDED")
    assert cast.rows(User) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "password1234"),
        ("password", None),
        ("full_name", None),
        ("full_name", "A"),
        ("username", "a\nb"),
    ],
)
def test_refuses_what_cannot_be_by_its_name_and_stays_open(field, value, anonymous, cast):
    _, token = keep_invite(cast)

    response = anonymous.post(url(token), {**NEW, field: value})

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]
    assert anonymous.post(url(token), NEW).status_code == 201


def test_a_user_name_that_is_taken_leaves_the_invite_open(anonymous, cast):
    cast.user("viewer", tenant="globex", username="taken")
    _, token = keep_invite(cast)

    response = anonymous.post(url(token), {**NEW, "username": "TAKEN"})

    assert (response.status_code, list(response.json["details"])) == (409, ["username"])
    assert anonymous.post(url(token), NEW).status_code == 201


def test_it_is_told_in_the_tenants_audit_log_without_the_token(anonymous, cast, capsys):
    _, token = keep_invite(cast)

    anonymous.post(url(token), NEW)

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.tenant_id) == ("invites.accept_invite", cast.tenant("acme"))
    logged = capsys.readouterr().out
    assert "/api/v1/invites/hf_invite_" in logged
    assert token not in logged + str(vars(row))
    assert NEW["password"] not in logged + str(vars(row))
