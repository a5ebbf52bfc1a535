"""GET /api/backup/jobs/{id}/last-execution shows the newest run that has ended."""

from datetime import UTC, datetime

import pytest

from app.backups.models import Execution
from app.backups.service import jobs
from app.core import clock
from app.core.tenancy import as_tenant
from app.legacy.models import RejectedReport


@pytest.fixture
def last(reporter):
    return lambda job_id: reporter.get(f"/api/backup/jobs/{job_id}/last-execution")


def test_shows_the_newest_by_date(send, last, veeam_job):
    for day, result in ((30, "failed"), (29, "success")):
        body = {"job_id": veeam_job.id, "execution_result": result}
        send("status", {**body, "execution_date": f"2026-10-{day}T03:00:00Z"})

    response = last(veeam_job.id)

    assert response.status_code == 200
    shown = response.json
    assert shown.pop("execution_id") > 0
    assert shown == {
        "success": True,
        "job_id": veeam_job.id,
        "execution_date": "2026-10-30T03:00:00Z",
        "execution_result": "failed",
        "backup_size_bytes": None,
        "duration_seconds": None,
        "error_message": None,
        "source_system": "powershell",
    }


def test_leaves_out_what_has_no_result_and_restores(app, cast, last, job):
    at = datetime(2026, 10, 30, 3, tzinfo=UTC)
    with app.app_context(), as_tenant(job.tenant_id) as session:
        facts = {"job_id": job.id, "trigger": "api", "execution_date": at}
        session.add(Execution(**facts, kind="backup", status="queued"))
        session.add(Execution(**facts, kind="restore", status="success"))

    response = last(job.id)

    assert response.status_code == 404
    assert response.json["error"]["code"] == "NO_EXECUTIONS"
    assert len(cast.rows(Execution)) == 2


def test_an_outsiders_job_is_not_found(cast, last):
    theirs = cast.create_job(tenant="globex")

    response = last(theirs.id)

    assert (response.status_code, response.json["error"]["code"]) == (404, "JOB_NOT_FOUND")
    assert cast.rows(RejectedReport) == []


def test_a_deleted_jobs_runs_are_not_shown(app, send, last, veeam_job):
    send("status", {"job_id": veeam_job.id, "execution_result": "success"})
    with app.app_context(), as_tenant(veeam_job.tenant_id):
        jobs.delete_job(veeam_job.id, clock.utcnow(), expected_version=None)

    response = last(veeam_job.id)

    assert (response.status_code, response.json["error"]["code"]) == (404, "JOB_NOT_FOUND")


def test_a_viewer_may_not_ask_here(viewer, veeam_job):
    response = viewer.get(f"/api/backup/jobs/{veeam_job.id}/last-execution")

    assert response.status_code == 403
    assert response.json["error"]["details"] == {"required": "status:report"}


def test_each_question_is_counted_answered_or_not(send, last, admin, veeam_job):
    last(veeam_job.id)
    send("status", {"job_id": veeam_job.id, "execution_result": "success"})
    last(veeam_job.id)

    calls = admin.get("/api/v1/legacy-calls").json["data"]
    counts = {row["endpoint"]: row["count"] for row in calls}
    assert counts == {"last-execution": 2, "status": 1}
