"""A reset link: asked for by an administrator, mailed only, used once, and what it ends."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from app.core.db import db
from app.core.mail.models import OutgoingMail
from app.core.tenancy import unscoped
from app.users.models import PasswordReset, User
from tests.support.cast import PASSWORD

USE = "/api/v1/auth/reset-password"
NEW = "one that is quite new"


def ask(user_id):
    return f"/api/v1/users/{user_id}/reset-password"


@pytest.fixture
def token(admin, viewer, smtp, mails):
    """What was mailed to the viewer."""
    response = admin.post(ask(viewer.actor.user_id))
    assert response.status_code == 200, response.text
    return mails()[-1]["token"]


def test_the_link_is_mailed_and_not_shown(admin, viewer, smtp, mails, app):
    response = admin.post(ask(viewer.actor.user_id))

    assert response.status_code == 200
    (mail,) = mails()
    assert mail["to"] == response.json["data"]["email"] == f"{viewer.username}@example.com"
    assert mail["token"] not in response.text
    assert f"{app.config['PUBLIC_URL']}/reset-password#{mail['token']}" in mail["text"]


def test_it_sets_the_password_and_ends_every_sign_in(token, viewer, anonymous, log_in, cast):
    pair = log_in(viewer.username).json["data"]

    response = anonymous.post(USE, {"token": token, "new_password": NEW})

    assert response.status_code == 200, response.text
    assert viewer.get("/api/v1/auth/me").json["error"] == "TOKEN_REVOKED"
    refresh = {"refresh_token": pair["refresh_token"]}
    assert anonymous.post("/api/v1/auth/refresh", refresh).status_code == 401
    assert log_in(viewer.username).status_code == 401
    assert log_in(viewer.username, NEW).status_code == 200
    assert cast.rows(PasswordReset) == []


def test_the_new_password_may_be_called_password(token, viewer, anonymous, log_in):
    response = anonymous.post(USE, {"token": token, "password": NEW})

    assert response.status_code == 200, response.text
    assert log_in(viewer.username, NEW).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"), [({}, "new_password"), ({"new_password": NEW, "password": NEW}, "password")]
)
def test_one_new_password_is_needed_and_one_only(token, anonymous, body, field):
    response = anonymous.post(USE, {"token": token, **body})

    assert (response.status_code, list(response.json["details"])) == (400, [field])


def test_it_unlocks_the_account(token, viewer, anonymous, log_in, app):
    with app.app_context(), unscoped():
        user = db.session.get_one(User, viewer.actor.user_id)
        user.locked_until = clock.utcnow() + timedelta(hours=1)

    anonymous.post(USE, {"token": token, "new_password": NEW})

    assert log_in(viewer.username, NEW).status_code == 200


@pytest.mark.parametrize("case", ["wrong", "used", "expired", "replaced", "deactivated", "shared"])
def test_every_link_that_does_not_hold_answers_alike(
    case, token, anonymous, admin, viewer, join, log_in
):
    user_id, password = viewer.actor.user_id, PASSWORD
    if case == "wrong":
        token = f"{token}x"
    elif case == "used":
        password = "the one that was set before"
        anonymous.post(USE, {"token": token, "new_password": password})
    elif case == "replaced":
        admin.post(ask(user_id))
    elif case == "deactivated":
        admin.delete(f"/api/v1/users/{user_id}")
        admin.put(f"/api/v1/users/{user_id}", {"is_active": True})
    elif case == "shared":
        join(user_id, "globex", "viewer")
    later = clock.utcnow() + (timedelta(hours=1) if case == "expired" else timedelta(0))

    with clock.hold(later):
        response = anonymous.post(USE, {"token": token, "new_password": NEW})

    assert (response.status_code, response.json["error"]) == (401, "INVALID_CREDENTIALS")
    assert response.json["message"].startswith("This link is not valid")
    assert log_in(viewer.username, password).status_code == 200


@pytest.mark.parametrize("weak", ["", "short", "password1234"])
def test_a_weak_password_leaves_the_link_as_it_is(weak, token, anonymous):
    response = anonymous.post(USE, {"token": token, "new_password": weak})

    assert (response.status_code, list(response.json["details"])) == (400, ["new_password"])
    assert anonymous.post(USE, {"token": token, "new_password": NEW}).status_code == 200


def test_a_new_address_makes_the_link_in_the_old_mailbox_void(token, admin, viewer, anonymous):
    admin.put(f"/api/v1/users/{viewer.actor.user_id}", {"email": "new@example.org"})

    response = anonymous.post(USE, {"token": token, "new_password": NEW})

    assert response.status_code == 401


def test_without_a_mail_server_the_command_is_named_and_nothing_is_kept(admin, viewer, cast):
    response = admin.post(ask(viewer.actor.user_id))

    assert (response.status_code, response.json["error"]) == (409, "MAIL_NOT_CONFIGURED")
    assert f"flask users reset-password {viewer.username}" in response.json["message"]
    assert cast.rows(PasswordReset) == []


@pytest.mark.parametrize("field", [{"is_active": False}, {"email": None, "email_key": None}])
def test_who_cannot_get_a_link_is_409(field, admin, smtp, cast):
    user = cast.user("viewer", **field)

    response = admin.post(ask(user.id))

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert list(response.json["details"]) == list(field)[:1]
    assert cast.rows(OutgoingMail) == []


def test_the_account_of_whom_others_have_too_is_409(admin, viewer, smtp, join, cast):
    join(viewer.actor.user_id, "globex", "viewer")

    response = admin.post(ask(viewer.actor.user_id))

    assert (response.status_code, response.json["error"]) == (409, "SHARED_ACCOUNT")
    assert cast.rows(OutgoingMail) == []


def test_only_a_platform_admin_resets_another(admin, smtp, cast):
    above = cast.user("viewer", is_platform_admin=True)

    response = admin.post(ask(above.id))

    assert (response.status_code, response.json["details"]["required"]) == (403, "platform:manage")
    assert cast.rows(OutgoingMail) == []


def test_neither_link_nor_password_is_in_the_audit_log(token, anonymous, cast, capsys):
    anonymous.post(USE, {"token": token, "new_password": NEW})

    asked, used = cast.rows(AuditRow)
    told = str([vars(asked), vars(used)]) + capsys.readouterr().out
    assert (used.action, used.tenant_id) == ("auth.reset_password", cast.tenant("acme"))
    assert asked.changes[0]["fields"]["token_hash"][1] == "********"
    assert token not in told
    assert NEW not in told
