"""GET /dashboard/overview: everything on one screen."""

import pytest


@pytest.fixture
def show(viewer):
    def call(**query):
        response = viewer.get("/api/v1/dashboard/overview", query_string=query)
        assert response.status_code == 200, response.text
        return response.json["data"]

    return call


def test_an_empty_tenant_has_zeros_and_no_rate(show):
    data = show()

    assert data["runs"]["total"] == 0
    assert data["runs"]["success_rate"] is None
    assert data["jobs"]["total"] == 0


def test_a_reported_run_counts_at_once(show, reporter, cast):
    job = cast.create_job(backup_tool="veeam")
    run = {"job_id": job.id, "execution_result": "success", "backup_size_bytes": 4096}
    reporter.post("/api/backup/status", run)

    data = show()

    assert data["runs"]["by_result"]["success"] == 1
    assert data["runs"]["size_bytes"] == 4096
    assert data["jobs"]["by_last_result"]["success"] == 1
