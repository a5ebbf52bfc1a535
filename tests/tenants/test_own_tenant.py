"""GET and PUT /tenants/current: what a tenant's admin decides for it."""

import pytest

from app.audit.models import AuditRow
from app.tenants.models import Tenant

URL = "/api/v1/tenants/current"


def test_shows_the_defaults_of_a_tenant_that_set_nothing(admin):
    shown = admin.get(URL)

    data = shown.json["data"]
    assert (data["slug"], data["name"], data["is_suspended"]) == ("acme", "Acme", False)
    assert (data["execution_retention_days"], data["event_retention_days"]) == (730, 365)
    assert (data["quiet_hours"], shown.headers["ETag"]) == (None, f'"v{data["version"]}"')


def test_names_the_channels_by_which_its_people_are_told(admin, outsider):
    channel = {"name": "Ops", "kind": "email", "recipients": ["ops@example.com"]}
    made = admin.post("/api/v1/notification-channels", channel).json["data"]

    shown = admin.get(URL).json["data"]

    named = {"id": made["id"], "name": "Ops", "kind": "email", "is_active": True}
    assert shown["notification_channels"] == [named]
    assert admin.put(URL, shown).status_code == 200
    assert outsider.get(URL).json["data"]["notification_channels"] == []


def test_keeps_what_is_given_and_nothing_else_of_the_tenant(admin, cast):
    change = {"timezone": "Europe/Berlin", "quiet_hours": {"from": "22:00", "to": "06:00"}}

    response = admin.put(URL, change)

    assert response.json["data"]["quiet_hours"] == change["quiet_hours"]
    acme, globex = cast.rows(Tenant)
    assert (acme.name, acme.timezone, acme.quiet_hours) == ("Acme", *change.values())
    assert (globex.timezone, globex.quiet_hours, globex.version) == ("UTC", None, 1)


def test_null_brings_the_defaults_back(admin, cast):
    admin.put(URL, {"timezone": "Asia/Tokyo", "event_retention_days": 31})

    response = admin.put(URL, {"timezone": None, "event_retention_days": None})

    assert (response.status_code, response.json["data"]["event_retention_days"]) == (200, 365)
    acme = cast.rows(Tenant)[0]
    assert (acme.timezone, acme.event_retention_days) == ("UTC", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": "a\r\nBcc: x"}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": 1}, "timezone"),
        ({"execution_retention_days": 30}, "execution_retention_days"),
        ({"execution_retention_days": 3651}, "execution_retention_days"),
        ({"event_retention_days": "365"}, "event_retention_days"),
        ({"event_retention_days": 31.5}, "event_retention_days"),
        ({"quiet_hours": "22:00"}, "quiet_hours._schema"),
        ({"quiet_hours": {"from": "22:00"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "24:00", "to": "06:00"}}, "quiet_hours.from"),
        ({"quiet_hours": {"from": "22:00", "to": "22:00"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "22:00", "to": "6:00"}}, "quiet_hours.to"),
        ({"quiet_hours": {"from": "22:00", "to": "06:00", "days": []}}, "quiet_hours.days"),
        ({"source_roots": ["/"]}, "source_roots"),
    ],
)
def test_bad_input_is_told_by_its_field_and_changes_nothing(admin, cast, change, field):
    response = admin.put(URL, change)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Tenant)[0].version == 1


def test_a_stale_if_match_is_412(admin, cast):
    admin.put(URL, {"name": "Acme AG"}, headers={"If-Match": '"v1"'})

    response = admin.put(URL, {"name": "Acme SE"}, headers={"If-Match": '"v1"'})

    assert response.status_code == 412
    assert cast.rows(Tenant)[0].name == "Acme AG"


def test_the_audit_log_has_the_fields_before_and_after(admin, cast):
    admin.put(URL, {"event_retention_days": 90})

    row = cast.rows(AuditRow)[-1]
    assert (row.action, row.resource_type) == ("current_tenant.update_current_tenant", "tenant")
    assert row.changes[0]["fields"] == {"event_retention_days": [None, 90]}
