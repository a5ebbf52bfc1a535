"""GET /events: what happened, found by what it was about."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.tenancy import as_tenant
from app.events import service as events
from app.events.service import Fact

EVENTS = "/api/v1/events"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def tell(app, cast):
    """Record an event in a transaction of its own."""

    def call(kind, at=NOON, tenant="acme", **fields):
        fact = Fact(kind, f"About {kind}", at, **{"severity": "info", **fields})
        with app.app_context(), as_tenant(cast.tenant(tenant)):
            events.record(fact, tenant_id=cast.tenant(tenant))

    return call


@pytest.fixture
def types(viewer):
    """The types of the events that this query finds, in their order."""

    def call(query="", caller=None):
        response = (caller or viewer).get(f"{EVENTS}?{query}")
        assert response.status_code == 200, response.text
        return [event["type"] for event in response.json["data"]]

    return call


def test_shows_the_newest_first_with_all_its_fields(tell, viewer):
    tell("backup.started")
    tell("backup.failed", severity="high", subject_type="backup", subject_id=7, message="Why",
         data={"bytes": 2**53}, trace_id="t-1", source_agent="restic")  # fmt: skip

    newest, before = viewer.get(EVENTS).json["data"]

    assert before["type"] == "backup.started"
    assert newest.pop("id") > before["id"]
    assert newest == {
        "type": "backup.failed",
        "severity": "high",
        "source": "holdfast",
        "source_agent": "restic",
        "title": "About backup.failed",
        "message": "Why",
        "subject": {"type": "backup", "id": 7},
        "data": {"bytes": 2**53},
        "occurred_at": "2026-03-01T12:00:00Z",
        "trace_id": "t-1",
        "deleted_at": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=backup.failed", ["backup.failed"]),
        ("type=backup.*", ["backup.failed", "backup.started"]),
        ("type=external.*,backup.started", ["external.ups", "backup.started"]),
        ("severity=high", ["backup.failed"]),
        ("severity=high,low", ["external.ups", "backup.failed"]),
        ("source=nagios", ["external.ups"]),
        ("source_agent=nut", ["external.ups"]),
        ("backup_id=7", ["backup.failed"]),
        ("from=2026-03-01T12:00:00Z", ["external.ups", "backup.failed"]),
        ("from=2026-03-01T12:00:00Z&to=2026-03-01T13:00:00Z", ["backup.failed"]),
        ("to=2026-03-01T12:00:00Z", ["backup.started"]),
        ("sort=occurred_at", ["backup.started", "backup.failed", "external.ups"]),
        ("sort=-occurred_at&page_size=1", ["external.ups"]),
        ("type=runner.lost", []),
    ],
)
def test_finds_by_filter(query, found, tell, types):
    tell("backup.started", NOON - HOUR, subject_type="user", subject_id=7)
    tell("backup.failed", severity="high", subject_type="backup", subject_id=7)
    tell("external.ups", NOON + HOUR, severity="low", source="nagios", source_agent="nut")

    assert types(query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=backup.faild", "type"),
        ("type=nothing.*", "type"),
        ("type=backup.failed,", "type"),
        ("severity=bad", "severity"),
        ("severity=high,bad", "severity"),
        ("backup_id=0", "backup_id"),
        ("from=2026-03-01", "from"),
        ("to=noon", "to"),
        ("tenant=No+Slug", "tenant"),
        ("sort=title", "sort"),
        ("cursor=bm90aGluZw", "cursor"),
        ("include_deleted=maybe", "include_deleted"),
        ("colour=red", "colour"),
    ],
)
def test_refuses_a_wrong_filter_by_its_name(query, field, viewer):
    response = viewer.get(f"{EVENTS}?{query}")

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == [field]


def test_a_cursor_reads_on_from_newest_to_oldest_and_ends(tell, viewer):
    for number in range(1, 6):
        tell("backup.started", subject_type="backup", subject_id=number)
    seen, cursor = [], ""

    while cursor is not None:
        page = viewer.get(f"{EVENTS}?page_size=2&cursor={cursor}").json
        seen += [event["subject"]["id"] for event in page["data"] if event["subject"]]
        cursor = page["meta"]["next_cursor"]

    assert seen == [5, 4, 3, 2, 1]


def test_another_tenants_are_not_among_them(tell, types):
    tell("backup.failed", tenant="globex")

    assert types() == []
