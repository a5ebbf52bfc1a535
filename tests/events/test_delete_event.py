"""DELETE /events/{id}: out of the lists, and still there for auditors."""

import pytest

from app.audit.models import AuditRow
from app.events.models import Event
from tests.support.rows import keep_event

EVENTS = "/api/v1/events"


@pytest.fixture
def deleted(cast, admin):
    """The path of an event that was deleted."""
    path = f"{EVENTS}/{keep_event(cast)}"
    assert admin.delete(path).status_code == 200
    return path


def test_marks_it_deleted(cast, admin):
    event_id = keep_event(cast)

    response = admin.delete(f"{EVENTS}/{event_id}")

    assert (response.status_code, response.json["data"]) == (200, {"id": event_id})
    assert cast.rows(Event)[0].deleted_at is not None


def test_a_second_time_it_is_not_there(deleted, admin):
    assert admin.delete(deleted).status_code == 404


def test_lists_leave_it_out(deleted, viewer):
    listed = viewer.get(EVENTS).json

    assert (listed["data"], listed["total"]) == ([], 0)
    assert viewer.get(deleted).status_code == 404


def test_auditors_can_still_read_it(deleted, cast):
    auditor = cast.caller("auditor")

    (listed,) = auditor.get(f"{EVENTS}?include_deleted=true").json["data"]
    shown = auditor.get(f"{deleted}?include_deleted=true").json["data"]

    assert listed == shown
    assert shown["deleted_at"] is not None


@pytest.mark.parametrize("query", ["", "cursor=&sort=id&"])
def test_others_may_not_ask_for_it(query, deleted, viewer):
    listed = viewer.get(f"{EVENTS}?{query}include_deleted=true")
    shown = viewer.get(f"{deleted}?include_deleted=true")

    assert (listed.status_code, shown.status_code) == (403, 403)
    assert listed.json["details"] == {"required": "audit:read"}


def test_the_audit_log_tells_when_it_went(deleted, cast):
    (row,) = cast.rows(AuditRow)

    assert (row.action, row.resource_type) == ("events.delete_event", "event")
    assert row.changes[0]["fields"]["deleted_at"][0] is None
