"""Notification channels: made, shown, changed, deleted."""

import pytest

from app.audit.models import AuditRow
from app.notifications.models import NotificationChannel
from tests.support.raw import owners_engine

CHANNELS = "/api/v1/notification-channels"
EMAIL = {"name": "Ops", "kind": "email", "recipients": ["ops@example.com"]}
HOOK = {"name": "Chat", "kind": "webhook", "format": "slack", "url": "https://1.1.1.1/T0/SECRET"}


@pytest.fixture
def make(admin):
    def call(body, **fields):
        response = admin.post(CHANNELS, {**body, **fields})
        assert response.status_code == 201, response.text
        return response.json["data"]

    return call


def test_makes_one_with_what_is_usual(admin):
    response = admin.post(CHANNELS, EMAIL)

    made = response.json["data"]
    assert response.status_code == 201
    assert response.headers["Location"] == f"{CHANNELS}/{made['id']}"
    usual = {"min_severity": "medium", "event_types": None, "digest": "off", "is_active": True}
    assert {name: made[name] for name in usual} == usual
    assert (made["last_success_at"], made["failing_since"], made["next_send_at"]) == (None,) * 3


def test_an_address_is_encrypted_and_never_shown_again(admin, make, app, cast):
    made = make(HOOK)

    with app.app_context(), owners_engine().connect() as connection:
        (raw,) = connection.exec_driver_sql("SELECT url FROM notification_channels").one()
    (told,) = [row for row in cast.rows(AuditRow) if row.resource_type == "notification_channel"]
    assert made["url"] == "https://1.1.1.1/********"
    assert "SECRET" not in raw
    assert "SECRET" not in str(told.changes)


def test_what_get_gave_can_be_put_back(admin, make, cast):
    made = make(HOOK)
    shown = admin.get(f"{CHANNELS}/{made['id']}").json["data"]

    response = admin.put(f"{CHANNELS}/{made['id']}", {**shown, "digest": "daily"})

    assert response.status_code == 200
    assert response.json["data"]["digest"] == "daily"
    assert cast.rows(NotificationChannel)[0].url == HOOK["url"]


def test_a_stale_change_is_refused(admin, make):
    made = make(EMAIL)
    path = f"{CHANNELS}/{made['id']}"
    admin.put(path, {"digest": "daily"})

    response = admin.put(path, {"digest": "off"}, headers={"If-Match": '"v1"'})

    assert response.status_code == 412
    assert admin.get(path).json["data"]["digest"] == "daily"


def test_null_clears_back_to_what_is_usual(admin, make):
    made = make(EMAIL, min_severity="critical", event_types=["backup.*"])

    nulls = {"min_severity": None, "event_types": None}
    changed = admin.put(f"{CHANNELS}/{made['id']}", nulls).json["data"]

    assert (changed["min_severity"], changed["event_types"]) == ("medium", None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "pigeon"}, "kind"),
        ({"recipients": []}, "recipients"),
        ({"recipients": None}, "recipients"),
        ({"recipients": ["nobody"]}, "recipients.0"),
        ({"recipients": ["a@b.example\nBcc: c@d.example"]}, "recipients.0"),
        ({"url": "https://1.1.1.1/x"}, "url"),
        ({"min_severity": "awful"}, "min_severity"),
        ({"event_types": ["no spaces"]}, "event_types.0"),
        ({"event_types": []}, "event_types"),
        ({"quiet_hours": {"from": "25:00", "to": "06:00"}}, "quiet_hours.from"),
        ({"quiet_hours": {"from": "06:00", "to": "06:00"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "06:00"}}, "quiet_hours.to"),
        ({"digest": "weekly"}, "digest"),
        ({"is_active": "yes"}, "is_active"),
        ({"name": " "}, "name"),
        ({"last_error": "none"}, "last_error"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(admin, fields, field, cast):
    response = admin.post(CHANNELS, {**EMAIL, **fields})

    assert response.status_code == 400
    assert field in response.json["details"]
    assert cast.rows(NotificationChannel) == []


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/x", "example.com/x", "https://", "https://u:p@example.com/x"),
        *("https://example.com:99999/", "http://exa mple.com/", "http://1.1.1.1/\r\nX: 1"),
        *("http://127.0.0.1/x", "http://10.0.0.1/", "http://192.168.0.9/", "http://[::1]/"),
        *("http://169.254.169.254/latest", "http://metadata.google.internal/", "http://0/"),
        *(
            "http://[::ffff:10.0.0.1]/",
            "http://2130706433/",
            "http://localhost/",
            "http://[fd00::1]/",
        ),
    ],
)
def test_an_address_that_nobody_is_to_be_sent_to_is_refused(admin, url, cast):
    response = admin.post(CHANNELS, {**HOOK, "url": url})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["url"]
    assert cast.rows(NotificationChannel) == []


def test_a_private_address_is_taken_where_that_is_allowed(app, make, monkeypatch, admin):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)

    assert make(HOOK, url="http://10.0.0.1/x")["url"] == "http://10.0.0.1/********"
    refused = admin.post(CHANNELS, {**HOOK, "name": "B", "url": "http://169.254.169.254/"})
    assert refused.status_code == 400


def test_a_name_is_taken_once_until_it_is_free_again(admin, make):
    made = make(EMAIL)

    taken = admin.post(CHANNELS, EMAIL)
    admin.delete(f"{CHANNELS}/{made['id']}")

    assert (taken.status_code, list(taken.json["details"])) == (409, ["name"])
    assert admin.post(CHANNELS, EMAIL).status_code == 201


def test_a_channel_stays_of_its_kind(admin, make):
    made = make(EMAIL)

    response = admin.put(f"{CHANNELS}/{made['id']}", {"kind": "webhook", "recipients": None})

    assert (response.status_code, list(response.json["details"])) == (400, ["kind"])


def test_a_deleted_one_is_gone_and_its_address_too(admin, make, cast):
    made = make(HOOK)

    first = admin.delete(f"{CHANNELS}/{made['id']}")
    second = admin.delete(f"{CHANNELS}/{made['id']}")

    assert (first.status_code, second.status_code) == (200, 404)
    assert cast.rows(NotificationChannel)[0].url is None


def test_lists_those_that_are_asked_for(admin, make):
    make(EMAIL)
    make(HOOK, is_active=False)

    def names(query):
        return [row["name"] for row in admin.get(f"{CHANNELS}?{query}").json["data"]]

    assert names("") == ["Chat", "Ops"]
    assert names("kind=email") == ["Ops"]
    assert names("is_active=false") == ["Chat"]
    assert names("search=OP") == ["Ops"]
    assert admin.get(f"{CHANNELS}?kind=pigeon").status_code == 400
