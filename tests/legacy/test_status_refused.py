"""POST /api/backup/status names what is wrong, and lets nobody in who may not report."""

from datetime import timedelta

import pytest

from app.backups.models import Execution
from app.backups.service import jobs
from app.core import clock
from app.core.tenancy import as_tenant
from app.legacy.models import RejectedReport


def test_an_outsiders_job_is_not_found(send, cast):
    theirs = cast.create_job(tenant="globex")

    response = send("status", {"job_id": theirs.id, "execution_result": "success"})

    assert response.status_code == 404
    assert response.json["error"]["code"] == "JOB_NOT_FOUND"
    assert response.json["error"]["details"] == {"job_id": f"There is no backup job {theirs.id}"}
    assert cast.rows(Execution) == []


def test_a_deleted_job_is_not_found(send, cast, app, veeam_job):
    with app.app_context(), as_tenant(veeam_job.tenant_id):
        jobs.delete_job(veeam_job.id, clock.utcnow(), expected_version=None)

    response = send("status", {"job_id": veeam_job.id, "execution_result": "success"})

    assert (response.status_code, response.json["error"]["code"]) == (404, "JOB_NOT_FOUND")
    assert cast.rows(Execution) == []


def test_a_viewer_may_not_report(viewer, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    response = viewer.post("/api/backup/status", body)

    assert response.status_code == 403
    assert response.json["error"]["details"] == {"required": "status:report"}
    assert (cast.rows(Execution), cast.rows(RejectedReport)) == ([], [])


def test_without_a_key_the_401_is_nested(anonymous, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    response = anonymous.post("/api/backup/status", body)

    assert response.status_code == 401
    assert response.json["error"]["code"] == "AUTHENTICATION_REQUIRED"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert cast.rows(RejectedReport) == []


def test_an_expired_key_is_told_so(cast, veeam_job):
    script = cast.key_caller("reporter", expires_at=clock.utcnow() + timedelta(hours=1))
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    with clock.hold(clock.utcnow() + timedelta(hours=2)):
        response = script.post("/api/backup/status", body)

    assert (response.status_code, response.json["error"]["code"]) == (401, "TOKEN_EXPIRED")


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({}, {"execution_result": "execution_result is required"}),
        (
            {"execution_result": "None"},
            {"execution_result": "execution_result must be one of: success, failed, warning"},
        ),
        (
            {"execution_result": "success", "backup_size_bytes": -1},
            {"backup_size_bytes": "backup_size_bytes must not be negative"},
        ),
    ],
)
def test_a_bad_field_is_named(send, cast, veeam_job, fields, details):
    response = send("status", {"job_id": veeam_job.id, **fields})

    assert response.status_code == 400
    assert response.json["error"] == {
        "code": "VALIDATION_ERROR",
        "message": next(iter(details.values())),
        "details": details,
    }
    assert cast.rows(Execution) == []


def test_a_date_more_than_a_day_ahead_is_refused(send, cast, veeam_job):
    ahead = clock.to_wire(clock.utcnow() + timedelta(hours=25))
    body = {"job_id": veeam_job.id, "execution_result": "success", "execution_date": ahead}

    response = send("status", body)

    assert response.status_code == 400
    assert list(response.json["error"]["details"]) == ["execution_date"]
    assert cast.rows(Execution) == []
