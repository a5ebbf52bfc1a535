"""GET /compliance, /compliance/{id} and /compliance/summary: how jobs stood when last assessed."""

import pytest

from app.compliance.values import DIGITS
from app.core import clock
from tests.compliance.conftest import AWAY, OFFLINE


def summary(caller):
    return caller.get("/api/v1/compliance/summary").json["data"]


@pytest.fixture
def checked(operator):
    """Assess a job now."""

    def call(job):
        response = operator.post(f"/api/v1/compliance/{job.id}/check")
        assert response.status_code == 200
        return response.json["data"]

    return call


@pytest.fixture
def away_job(cast, report, add_copy):
    """A job of another tool that meets all that can be known of it here."""
    job = cast.create_job(backup_tool="veeam")
    add_copy(job, AWAY)
    add_copy(job, OFFLINE)
    report(job)
    return job


def test_shows_each_digit_with_its_evidence(viewer, veeam_job, report, add_copy, checked):
    add_copy(veeam_job, AWAY)
    report(veeam_job)
    checked(veeam_job)

    response = viewer.get(f"/api/v1/compliance/{veeam_job.id}")

    assert response.status_code == 200
    data = response.json["data"]
    assert (data["backup_id"], data["name"], data["status"]) == (
        veeam_job.id,
        veeam_job.name,
        "non_compliant",
    )
    assert data["digits"]["copies"] == {
        "ok": False,
        "have": 2,
        "need": 3,
        "why": "2 of 3 copies, the source's own among them: add one copy more.",
    }
    assert {name: digit["ok"] for name, digit in data["digits"].items()} == {
        "copies": False,
        "media": True,
        "offsite": True,
        "offline_or_immutable": False,
        "errors": None,
    }


def test_a_job_of_seconds_ago_is_unknown(viewer, job):
    response = viewer.get(f"/api/v1/compliance/{job.id}")

    data = response.json["data"]
    assert (response.status_code, data["status"], data["checked_at"]) == (200, "unknown", None)
    assert {digit["ok"] for digit in data["digits"].values()} == {None}


def test_an_inactive_job_is_assessed_like_any_other(operator, veeam_job, report, checked):
    report(veeam_job)
    operator.put(f"/api/v1/backups/{veeam_job.id}", {"is_active": False})

    assert checked(veeam_job)["status"] == "non_compliant"


def test_a_deleted_job_is_gone_from_everywhere(operator, veeam_job, report, checked):
    report(veeam_job)
    checked(veeam_job)

    operator.delete(f"/api/v1/backups/{veeam_job.id}")

    assert operator.get(f"/api/v1/compliance/{veeam_job.id}").status_code == 404
    assert operator.get(f"/api/v1/compliance/{veeam_job.id}/history").status_code == 404
    assert operator.post(f"/api/v1/compliance/{veeam_job.id}/check").status_code == 404
    assert operator.get("/api/v1/compliance").json["data"] == []
    assert summary(operator)["total"] == 0


def test_lists_the_jobs_and_filters_them_by_status(viewer, veeam_job, away_job, report, checked):
    report(veeam_job)
    checked(veeam_job)
    checked(away_job)

    everything = viewer.get("/api/v1/compliance")
    bad = viewer.get("/api/v1/compliance?status=non_compliant")

    assert [row["backup_id"] for row in everything.json["data"]] == [veeam_job.id, away_job.id]
    assert everything.json["total"] == 2
    assert [row["name"] for row in bad.json["data"]] == [veeam_job.name]


def test_an_unknown_status_is_refused(viewer):
    response = viewer.get("/api/v1/compliance?status=fine")

    assert (response.status_code, list(response.json["details"])) == (400, ["status"])


def test_goes_on_by_cursor(viewer, veeam_job, away_job, checked):
    checked(veeam_job)
    checked(away_job)

    first = viewer.get("/api/v1/compliance?cursor=&page_size=1").json
    rest = viewer.get(f"/api/v1/compliance?page_size=1&cursor={first['meta']['next_cursor']}").json

    assert [row["backup_id"] for row in first["data"] + rest["data"]] == [veeam_job.id, away_job.id]
    assert rest["meta"]["next_cursor"] is None


def test_the_summary_counts_by_status_and_by_digit(
    viewer, job, veeam_job, away_job, report, checked
):
    report(veeam_job)
    checked(veeam_job)
    checked(away_job)

    found = summary(viewer)

    nobody = dict.fromkeys(DIGITS, 0)
    assert found == {
        "total": 3,
        "by_status": {"compliant": 0, "warning": 0, "non_compliant": 1, "unknown": 2},
        "by_failing_digit": {**dict.fromkeys(DIGITS, 1), "errors": 0},
        # The job that nobody looked at yet is unknown in every digit, the others in one.
        "by_unknown_digit": {**dict.fromkeys(nobody, 1), "errors": 3},
    }


def test_the_summary_is_the_tenants_own(outsider, veeam_job, checked):
    checked(veeam_job)

    assert summary(outsider)["total"] == 0


def test_checking_assesses_at_once(viewer, veeam_job, report, checked):
    report(veeam_job)
    before = clock.utcnow()

    data = checked(veeam_job)

    assert (data["status"], data["digits"]["media"]["have"]) == ("non_compliant", 1)
    assert clock.parse_wire(data["checked_at"]) >= before
    assert viewer.get(f"/api/v1/backups/{veeam_job.id}").json["data"]["compliance_status"] == (
        "non_compliant"
    )
