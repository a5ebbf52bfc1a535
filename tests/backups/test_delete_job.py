"""DELETE /backups/{id} hides a job and keeps its history."""

import pytest

from app.backups.models import BackupJob, Execution


def url(job):
    return f"/api/v1/backups/{job.id}"


def test_marks_the_job_deleted_and_answers_its_id(operator, cast, job):
    response = operator.delete(url(job))

    assert response.status_code == 200
    assert (response.json["data"], bool(response.json["message"])) == ({"id": job.id}, True)
    (row,) = cast.rows(BackupJob)
    assert row.deleted_at is not None
    assert (row.is_active, row.next_run) == (False, None)


def test_a_second_delete_is_404(operator, job):
    operator.delete(url(job))

    assert operator.delete(url(job)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/run"),
        ("GET", "/executions"),
        ("GET", "/copies"),
        ("POST", "/copies"),
        ("GET", "/snapshots"),
        ("POST", "/restore"),
    ],
)
def test_a_deleted_job_is_404_everywhere(operator, job, method, path):
    bodies = {
        "/copies": {"name": "x", "location_type": "offsite", "media_type": "tape"},
        "/restore": {"target": "/x"},
    }
    operator.delete(url(job))

    body = None if method == "GET" else bodies.get(path, {})
    response = operator.call(method, url(job) + path, **({} if body is None else {"json": body}))

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


def test_its_executions_stay_readable_one_by_one(operator, stage, job):
    execution_id = stage.queue(job)
    operator.post(f"/api/v1/executions/{execution_id}/cancel")
    operator.delete(url(job))

    response = operator.get(f"/api/v1/executions/{execution_id}")

    assert (response.status_code, response.json["data"]["status"]) == (200, "cancelled")


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_job_with_an_open_run_stays(operator, stage, cast, job, status):
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, status=status)

    response = operator.delete(url(job))

    assert (response.status_code, response.json["error"]) == (409, "RUN_IN_PROGRESS")
    assert response.json["details"] == {"execution_id": execution_id}
    assert cast.rows(BackupJob)[0].deleted_at is None


def test_if_match_guards_the_delete(operator, cast, job):
    operator.put(url(job), {"priority": 9})

    response = operator.delete(url(job), headers={"If-Match": '"v1"'})

    assert (response.status_code, response.json["error"]) == (412, "PRECONDITION_FAILED")
    assert cast.rows(BackupJob)[0].deleted_at is None


def test_an_outsider_gets_404(outsider, cast, job):
    assert outsider.delete(url(job)).status_code == 404
    assert cast.rows(BackupJob)[0].deleted_at is None


def test_a_viewer_may_not(viewer, cast, job):
    assert viewer.delete(url(job)).status_code == 403
    assert cast.rows(BackupJob)[0].deleted_at is None
