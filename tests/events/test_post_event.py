"""POST /events: what other tools tell of."""

from datetime import UTC, datetime, timedelta

import pytest

from app.audit.models import AuditRow
from app.core import clock
from app.events.models import Event

EVENTS = "/api/v1/events"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UPS = {"type": "external.ups.on_battery", "title": "The UPS is on battery"}


@pytest.fixture
def tool(cast):
    """Another system with a key of the role `integration`."""
    return cast.key_caller("integration")


def test_keeps_all_that_was_told(tool, viewer, job):
    told = {
        **UPS,
        "severity": "high",
        "source": "ups-monitor",
        "source_agent": "nut 2.8",
        "message": "12 minutes left.",
        "subject": {"type": "backup", "id": job.id},
        "data": {"charge": 0.4, "phases": [1, None], "text": "Büro 🗂"},
        "occurred_at": "2026-03-01T12:00:00+01:00",
        "trace_id": "ups-77",
    }

    response = tool.post(EVENTS, told)

    data = response.json["data"]
    assert (response.status_code, response.headers["Location"]) == (201, f"{EVENTS}/{data['id']}")
    assert viewer.get(response.headers["Location"]).json["data"] == data
    shown = {name: data[name] for name in told}
    assert shown == {**told, "occurred_at": "2026-03-01T11:00:00Z"}


def test_what_was_not_told_is_filled_in(tool, cast):
    response = tool.post(EVENTS, UPS, headers={"X-Request-ID": "call-1"})

    (row,) = cast.rows(Event)
    assert response.status_code == 201
    assert (row.severity, row.source, row.source_agent) == ("info", tool.username, None)
    assert (row.trace_id, row.subject, row.data) == ("call-1", None, {})
    assert abs(row.occurred_at - clock.utcnow()) < timedelta(minutes=5)


def test_key_and_state_are_kept_for_the_alerts(tool, cast):
    tool.post(EVENTS, {**UPS, "dedup_key": "ups-1", "state": "ok", "data": {"a": 1}})

    assert cast.rows(Event)[0].data == {"a": 1, "alert": {"dedup_key": "ups-1", "state": "ok"}}


def test_the_audit_log_tells_who_posted_it(tool, cast):
    posted = tool.post(EVENTS, UPS).json["data"]

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.resource_type, row.resource_id) == (
        "events.post_event",
        "event",
        posted["id"],
    )
    assert row.actor_name == tool.username


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "backup.failed"),
        ("type", "INGESTED"),
        ("type", "external."),
        ("type", "external.*"),
        ("type", "external.a b"),
        ("type", "external." + "x" * 52),
        ("severity", "bad"),
        ("title", " "),
        ("title", "x" * 301),
        ("title", "two\nlines"),
        ("source", ""),
        ("source_agent", "x" * 101),
        ("message", "x" * 10_001),
        ("subject.type", {"type": "planet", "id": 3}),
        ("subject.id", {"type": "backup", "id": 10**9}),
        ("subject.id", {"type": "backup"}),
        ("subject.colour", {"type": "backup", "id": 1, "colour": "red"}),
        ("data", [1]),
        ("data", {"text": "x" * 16_384}),
        ("data", {"alert": {"dedup_key": "backup.failed:backup:7"}}),
        ("occurred_at", "2026-03-01T12:00:00"),
        ("occurred_at", "2226-03-01T12:00:00Z"),
        ("trace_id", "a b"),
        ("dedup_key", ""),
        ("state", "fine"),
        ("id", 7),
    ],
)
def test_refuses_by_the_fields_name_and_keeps_nothing(field, value, admin, cast):
    response = admin.post(EVENTS, {**UPS, field.partition(".")[0]: value})

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == [field]
    assert cast.rows(Event) == []


def test_another_tenants_job_is_not_there(admin, cast):
    theirs = cast.create_job(tenant="globex")

    response = admin.post(EVENTS, {**UPS, "subject": {"type": "backup", "id": theirs.id}})

    assert (response.status_code, list(response.json["details"])) == (400, ["subject.id"])
    assert cast.rows(Event) == []


@pytest.mark.parametrize(("minutes", "status"), [(5, 201), (6, 400)])
def test_another_clock_may_be_ahead_by_five_minutes(minutes, status, tool):
    at = clock.to_wire(clock.utcnow() + timedelta(minutes=minutes, seconds=-20))

    response = tool.post(EVENTS, {**UPS, "occurred_at": at})

    assert response.status_code == status


def test_a_retry_with_the_same_key_tells_it_once(tool, cast):
    for _ in range(2):
        assert tool.post(EVENTS, UPS, headers={"Idempotency-Key": "k"}).status_code == 201

    assert len(cast.rows(Event)) == 1
