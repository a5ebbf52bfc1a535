"""GET /alerts: what is wrong now, without what another alert explains."""

from datetime import timedelta

from app.core import clock
from tests.support.rows import keep_alert


def listed(caller, **query):
    response = caller.get("/api/v1/alerts", query_string=query)
    assert response.status_code == 200, response.text
    return [alert["id"] for alert in response.json["data"]]


def test_shows_what_was_seen_last_first_and_no_other_tenants(cast, viewer, outsider):
    now = clock.utcnow()
    older = keep_alert(cast, last_seen_at=now - timedelta(hours=1))
    newer = keep_alert(cast, last_seen_at=now)

    assert listed(viewer) == [newer, older]
    assert listed(outsider) == []


def test_filters_by_several_statuses_and_severities(cast, viewer):
    done = keep_alert(cast, status="resolved", resolved_at=clock.utcnow())
    seen = keep_alert(cast, status="acknowledged", severity="low", severity_rank=1)
    new = keep_alert(cast)

    assert listed(viewer, status="open,acknowledged", sort="id") == [seen, new]
    assert listed(viewer, status="resolved") == [done]
    assert listed(viewer, severity="low, critical") == [seen]


def test_filters_by_type_and_by_job(cast, viewer, job):
    mine = keep_alert(cast, type="backup.failed", backup_id=job.id)
    keep_alert(cast)

    assert listed(viewer, type="backup.failed") == [mine]
    assert listed(viewer, backup_id=job.id) == [mine]


def test_sorts_by_how_bad_it_is(cast, viewer):
    worst = keep_alert(cast, severity="critical", severity_rank=4)
    bad = keep_alert(cast)

    assert listed(viewer, sort="-severity") == [worst, bad]


def test_lists_what_an_alert_explains_only_when_asked(cast, viewer):
    parent = keep_alert(cast)
    child = keep_alert(cast, parent_id=parent)

    assert listed(viewer) == [parent]
    assert listed(viewer, parent_id=parent) == [child]


def test_reads_on_by_cursor(cast, viewer):
    ids = {keep_alert(cast) for _ in range(3)}
    query = {"cursor": "", "page_size": 2}
    first = viewer.get("/api/v1/alerts", query_string=query).json

    rest = listed(viewer, **{**query, "cursor": first["meta"]["next_cursor"]})

    assert {*(alert["id"] for alert in first["data"]), *rest} == ids


def test_refuses_filters_that_mean_nothing(viewer):
    for name, value in (
        ("status", "open,closed"),
        ("status", ""),
        ("severity", "awful"),
        ("backup_id", "seven"),
        ("parent_id", "0"),
        ("sort", "title"),
        ("colour", "red"),
    ):
        response = viewer.get("/api/v1/alerts", query_string={name: value})
        assert (response.status_code, list(response.json["details"])) == (400, [name])
