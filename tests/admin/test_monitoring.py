"""GET and PUT /config/monitoring: how a tenant is watched over."""

import pytest

from app.audit.models import AuditRow
from app.events.models import Event
from app.tenants.models import Tenant

URL = "/api/v1/config/monitoring"
DEFAULTS = {
    "missed_check_seconds": 5,
    "storage_low_percent": 10,
    "storage_ok_percent": 12,
    "runner_timeout_seconds": 180,
    "max_verification_age_days": 90,
    "execution_retention_days": 730,
    "event_retention_days": 365,
    "digest_times": ["08:00"],
}
CHANGES = {
    "missed_check_seconds": 300,
    "storage_low_percent": 20,
    "storage_ok_percent": 25,
    "runner_timeout_seconds": 600,
    "max_verification_age_days": 30,
    "execution_retention_days": 100,
    "event_retention_days": 60,
    "digest_times": ["07:30", "18:00"],
}


def settings_of(response):
    return {name: response.json["data"][name] for name in DEFAULTS}


def test_shows_the_defaults_of_a_tenant_that_set_nothing(admin):
    assert settings_of(admin.get(URL)) == DEFAULTS


def test_keeps_every_setting_for_one_tenant_alone(admin, outsider):
    response = admin.put(URL, CHANGES)

    assert (response.status_code, settings_of(response)) == (200, CHANGES)
    assert (settings_of(admin.get(URL)), settings_of(outsider.get(URL))) == (CHANGES, DEFAULTS)


def test_null_brings_every_default_back(admin):
    admin.put(URL, CHANGES)

    response = admin.put(URL, dict.fromkeys(DEFAULTS))

    assert (response.status_code, settings_of(response)) == (200, DEFAULTS)


def test_retention_is_the_one_that_the_tenant_itself_shows(admin):
    admin.put(URL, {"execution_retention_days": 100})

    assert admin.get("/api/v1/tenants/current").json["data"]["execution_retention_days"] == 100


def test_a_change_is_told_once_with_what_it_changed(admin, cast):
    admin.put(URL, {"max_verification_age_days": 30})
    admin.put(URL, {"max_verification_age_days": 30})

    (event,) = cast.rows(Event)
    assert (event.type, event.severity) == ("monitoring.changed", "info")
    assert event.data == {"changed": ["max_verification_age_days"]}


def test_the_audit_log_has_the_fields_before_and_after(admin, cast):
    admin.put(URL, {"digest_times": ["07:30"], "storage_low_percent": 11})

    row = cast.rows(AuditRow)[-1]
    assert (row.action, row.resource_type) == ("monitoring.update_monitoring", "tenant")
    assert row.changes[0]["fields"] == {
        "digest_times": [None, ["07:30"]],
        "storage_low_percent": [None, 11],
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"missed_check_seconds": 4}, "missed_check_seconds"),
        ({"missed_check_seconds": 3601}, "missed_check_seconds"),
        ({"missed_check_seconds": "60"}, "missed_check_seconds"),
        ({"storage_low_percent": 0}, "storage_low_percent"),
        ({"storage_low_percent": 51}, "storage_low_percent"),
        ({"storage_low_percent": 12}, "storage_low_percent"),
        ({"storage_ok_percent": 10}, "storage_ok_percent"),
        ({"storage_ok_percent": 91}, "storage_ok_percent"),
        ({"storage_low_percent": 30, "storage_ok_percent": 30}, "storage_ok_percent"),
        ({"runner_timeout_seconds": 59}, "runner_timeout_seconds"),
        ({"runner_timeout_seconds": 86401}, "runner_timeout_seconds"),
        ({"max_verification_age_days": 0}, "max_verification_age_days"),
        ({"max_verification_age_days": True}, "max_verification_age_days"),
        ({"execution_retention_days": 30}, "execution_retention_days"),
        ({"event_retention_days": -1}, "event_retention_days"),
        ({"digest_times": []}, "digest_times"),
        ({"digest_times": ["8:00"]}, "digest_times.0"),
        ({"digest_times": "08:00"}, "digest_times"),
        ({"digest_times": ["08:00", "08:00"]}, "digest_times"),
        ({"digest_times": ["08:00"] * 25}, "digest_times"),
        ({"quiet_hours": None}, "quiet_hours"),
    ],
)
def test_bad_input_is_told_by_its_field_and_changes_nothing(admin, cast, change, field):
    response = admin.put(URL, change)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Tenant)[0].version == 1


def test_a_stale_if_match_is_412(admin, cast):
    admin.put(URL, {"storage_low_percent": 11}, headers={"If-Match": '"v1"'})

    response = admin.put(URL, {"storage_low_percent": 5}, headers={"If-Match": '"v1"'})

    assert response.status_code == 412
    assert cast.rows(Tenant)[0].storage_low_percent == 11
