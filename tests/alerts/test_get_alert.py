"""GET /alerts/{id} and /alerts/summary: one alert with all that became of it, and how many."""

from datetime import timedelta

from app.core import clock
from tests.support.rows import keep_alert


def test_shows_what_became_of_it_newest_first(desk, failing, viewer, operator, cast):
    failing()
    failing()
    alert_id = desk.alert().id
    operator.post(f"/api/v1/alerts/{alert_id}/acknowledge", {"comment": "On it."})

    response = viewer.get(f"/api/v1/alerts/{alert_id}")

    data = response.json["data"]
    history = [(turn["kind"], turn["comment"]) for turn in data["history"]]
    assert history == [("acknowledged", "On it."), ("repeated", None), ("opened", None)]
    assert (data["history"][0]["by"], data["count"]) == (operator.username, 2)
    assert (data["children"], data["children_total"]) == ([], 0)
    assert data["subject"] == {"type": "backup", "id": data["backup_id"]}
    assert data["last_event_id"] == data["history"][1]["event_id"]


def test_names_its_version_as_an_etag(cast, viewer):
    response = viewer.get(f"/api/v1/alerts/{keep_alert(cast)}")

    assert (response.status_code, response.headers["ETag"]) == (200, '"v1"')


def test_another_tenants_is_not_there(cast, outsider):
    assert outsider.get(f"/api/v1/alerts/{keep_alert(cast)}").status_code == 404


def test_counts_by_status_severity_and_type_with_children_apart(cast, viewer):
    now = clock.utcnow().replace(microsecond=0)
    first = keep_alert(cast, opened_at=now - timedelta(days=2), type="runner.lost")
    keep_alert(cast, opened_at=now - timedelta(days=1))
    keep_alert(cast, parent_id=first, opened_at=now - timedelta(days=9))
    keep_alert(cast, status="snoozed", snoozed_until=now + timedelta(days=1))
    keep_alert(cast, status="resolved", resolved_at=now, severity="low", severity_rank=1)

    found = viewer.get("/api/v1/alerts/summary").json["data"]

    assert found == {
        "by_status": {"open": 2, "acknowledged": 0, "snoozed": 1, "resolved": 1},
        "by_severity": {"info": 0, "low": 0, "medium": 0, "high": 3, "critical": 0},
        "by_type": {"external.disk": 2, "runner.lost": 1},
        "unresolved": 3,
        "flapping": 0,
        "children": 1,
        "oldest_open_at": clock.to_wire(now - timedelta(days=2)),
        "next_wake_at": clock.to_wire(now + timedelta(days=1)),
    }


def test_of_no_alerts_there_is_nothing_to_count(outsider, cast):
    keep_alert(cast)

    found = outsider.get("/api/v1/alerts/summary").json["data"]

    assert (found["unresolved"], found["by_type"], found["oldest_open_at"]) == (0, {}, None)
