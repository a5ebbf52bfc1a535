"""What other tools tell by POST /events becomes an alert, and ends one, as they say."""

import pytest

PATH = "/api/v1/events"


@pytest.fixture
def post(admin, desk):
    def call(**body):
        given = {"type": "external.disk", "title": "Disk 3 is worn", "severity": "high"}
        response = admin.post(PATH, {**given, **body})
        assert response.status_code == 201, response.text
        desk.follow()

    return call


def test_one_key_is_one_alert_until_it_is_said_to_be_well(desk, post):
    post(dedup_key="array-1")
    post(type="external.array", dedup_key="array-1", message="Two disks.")
    before = desk.alert()
    post(type="external.repaired", dedup_key="array-1", state="ok", severity="info")

    assert (before.dedup_key, before.count, before.message) == ("array-1", 2, "Two disks.")
    assert (desk.alert().status, desk.notices()) == ("resolved", ["opened", "resolved"])


def test_a_problem_is_one_whatever_its_severity(desk, post):
    post(severity="info")
    before = desk.alerts()
    post(severity="info", state="problem")

    assert (before, desk.alert().severity) == ([], "info")


def test_of_a_job_it_is_found_by_the_job(desk, post, job, viewer):
    post(subject={"type": "backup", "id": job.id})

    found = viewer.get("/api/v1/alerts", query_string={"backup_id": job.id}).json["data"]
    assert [alert["id"] for alert in found] == [desk.alert().id]


def test_no_tool_resolves_an_alert_of_ours(desk, post, failing, job):
    failing()

    post(dedup_key=f"backup.failed:backup:{job.id}", state="ok", severity="info")

    assert desk.alert().status == "open"
