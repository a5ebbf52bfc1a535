"""/tenants/current/invites: made for an address, mailed or shown once, listed and withdrawn."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from app.core.http.trail import MASK
from app.core.mail.models import OutgoingMail
from app.users.models import Invite
from tests.support.rows import keep_invite

INVITES = "/api/v1/tenants/current/invites"
GUEST = {"email": "Guest@Example.org", "role": "operator"}


def test_without_a_mail_server_the_link_shows_once_and_says_so(admin, cast):
    response = admin.post(INVITES, GUEST)

    assert response.status_code == 201, response.text
    data = response.json["data"]
    delivery = data["delivery"]
    assert (delivery["is_mailed"], data["status"]) == (False, "open")
    assert delivery["link"].endswith(f"/invite#{delivery['token']}")
    assert "SMTP_URL" in delivery["notice"]
    shown = admin.get(response.headers["Location"])
    assert shown.json["data"]["email"] == GUEST["email"]
    assert delivery["token"] not in shown.text + admin.get(INVITES).text
    assert cast.rows(OutgoingMail) == []


def test_with_one_the_link_is_mailed_and_not_shown(admin, smtp, mails, app):
    response = admin.post(INVITES, GUEST)

    assert response.json["data"]["delivery"] == {
        "is_mailed": True,
        "link": None,
        "token": None,
        "notice": "The link was mailed.",
    }
    (mail,) = mails()
    assert (mail["to"], mail["token"] in response.text) == (GUEST["email"], False)
    assert f"{app.config['PUBLIC_URL']}/invite#{mail['token']}" in mail["text"]
    assert mail["token"] in mail["html"]


def test_only_a_hash_of_the_token_is_kept_and_told(admin, cast):
    token = admin.post(INVITES, GUEST).json["data"]["delivery"]["token"]

    (invite,) = cast.rows(Invite)
    (row,) = cast.rows(AuditRow)
    assert len(invite.token_hash) == 64
    assert token not in str(vars(invite)) + str(vars(row))
    assert row.changes[0]["fields"]["token_hash"] == [None, MASK]


def test_it_holds_for_seven_days(admin, cast):
    admin.post(INVITES, GUEST)

    (invite,) = cast.rows(Invite)
    assert invite.expires_at - invite.created_at > timedelta(days=6, hours=23)
    assert invite.expires_at - invite.created_at < timedelta(days=7, hours=1)


def test_a_new_one_replaces_the_open_one_of_the_same_address(admin):
    first = admin.post(INVITES, GUEST).json["data"]["id"]

    admin.post(INVITES, {**GUEST, "email": "GUEST@example.org", "role": "viewer"})

    listed = admin.get(f"{INVITES}?sort=id").json["data"]
    assert [(one["id"] == first, one["status"]) for one in listed] == [
        (True, "withdrawn"),
        (False, "open"),
    ]


def test_one_of_another_tenant_for_the_same_address_stays(admin, outsider):
    path = outsider.post(INVITES, GUEST).headers["Location"]

    admin.post(INVITES, GUEST)

    assert outsider.get(path).json["data"]["status"] == "open"


def test_a_withdrawn_one_opens_nothing_and_is_withdrawn_once(admin, anonymous, cast):
    invite_id, token = keep_invite(cast)

    done = admin.delete(f"{INVITES}/{invite_id}")
    again = admin.delete(f"{INVITES}/{invite_id}")

    assert (done.status_code, again.status_code) == (200, 404)
    body = {"password": "a password of the guest", "full_name": "Guest"}
    refused = anonymous.post(f"/api/v1/invites/{token}/accept", body)
    assert (refused.status_code, refused.json["error"]) == (409, "INVITE_WITHDRAWN")


def test_a_used_one_cannot_be_withdrawn(admin, cast):
    invite_id, _ = keep_invite(cast, accepted_at=clock.utcnow())

    response = admin.delete(f"{INVITES}/{invite_id}")

    assert (response.status_code, response.json["error"]) == (409, "INVITE_USED")


def test_one_that_has_expired_says_so(admin, cast):
    keep_invite(cast, expires_at=clock.utcnow() - timedelta(seconds=1))

    assert admin.get(INVITES).json["data"][0]["status"] == "expired"


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "guest"), ("email", None), ("role", "emperor"), ("token", "hf_invite_x")],
)
def test_refuses_what_cannot_be_by_its_name(field, value, admin, cast):
    response = admin.post(INVITES, {**GUEST, field: value})

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]
    assert cast.rows(Invite) == []


def test_a_key_invites_nobody_who_may_more_than_itself(cast):
    response = cast.key_caller(permissions=["users:manage"]).post(INVITES, GUEST)

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
    assert cast.rows(Invite) == []
