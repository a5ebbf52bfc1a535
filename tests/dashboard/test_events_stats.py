"""GET /dashboard/events-stats: events by severity, type, source and day."""

from app.dashboard.service.event_stats import MOST_SOURCES


def test_counts_events_by_severity_type_and_source(show, report, veeam_job, admin):
    report(veeam_job, "failed")
    report(veeam_job, "success")
    body = {"type": "external.ups.on_battery", "severity": "critical", "title": "On battery"}
    admin.post("/api/v1/events", {**body, "source": "ups-monitor"})

    data = show("events-stats")

    assert {name: count for name, count in data["by_severity"].items() if count} == {
        "critical": 1,
        "high": 1,
        "info": 2,
    }
    assert {one["type"]: one["total"] for one in data["by_type"]} == {
        "backup.failed": 1,
        "backup.recovered": 1,
        "backup.succeeded": 1,
        "external.ups.on_battery": 1,
    }
    assert {"source": "ups-monitor", "total": 1} in data["by_source"]
    assert sum(one["total"] for one in data["by_day"]) == data["total"] == 4
    assert data["newest"][0]["type"] == "external.ups.on_battery"


def test_a_deleted_event_counts_no_more_and_its_run_still_does(
    show, report, veeam_job, admin, fold
):
    report(veeam_job, "failed")
    fold()
    (event,) = show("events-stats")["newest"]

    admin.delete(f"/api/v1/events/{event['id']}")

    data = show("events-stats")
    assert (data["total"], data["newest"]) == (0, [])
    assert show("overview")["runs"]["by_result"]["failed"] == 1


def test_of_many_sources_the_busiest_are_listed(show, admin):
    for number in range(MOST_SOURCES + 2):
        body = {"type": "external.x", "title": "x", "source": f"source {number:02}"}
        admin.post("/api/v1/events", body)
    admin.post("/api/v1/events", {"type": "external.x", "title": "x", "source": "source 21"})

    listed = show("events-stats")["by_source"]

    assert len(listed) == MOST_SOURCES
    assert listed[0] == {"source": "source 21", "total": 2}


def test_what_no_run_of_ours_ended_with_is_no_run(show, admin, fold):
    body = {"type": "external.backup", "title": "x", "data": {"execution_id": 1}}
    admin.post("/api/v1/events", body)
    fold()

    assert show("overview")["runs"]["total"] == 0
