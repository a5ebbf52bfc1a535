"""POST /executions/{id}/complete: how a run ended, with all that follows from it."""

from datetime import timedelta

import pytest

from app.backups.models import BackupCopy, BackupJob, Execution
from app.core import clock

DONE = {
    "status": "success",
    "snapshot_id": "4f1c2d3e",
    "backup_size_bytes": 4096,
    "bytes_added": 1024,
    "files_total": 8,
    "files_changed": 2,
}


def url(execution_id):
    return f"/api/v1/executions/{execution_id}/complete"


def test_ends_the_run_and_tells_its_job_its_copy_and_the_event_log(
    runner, claimed, cast, execution
):
    execution_id = claimed()

    response = runner.post(url(execution_id), {**DONE, "log": ["bye"]})

    data = response.json["data"]
    assert (response.status_code, data["execution_id"]) == (200, execution_id)
    assert (data["status"], data["error_code"]) == ("success", None)
    run = execution(execution_id)
    assert {name: getattr(run, name) for name in DONE} == DONE
    assert (run.lease_owner, run.lease_until) == (None, None)
    job = cast.rows(BackupJob)[0]
    assert (job.last_result, job.last_success_at) == ("success", run.finished_at)
    assert cast.rows(BackupCopy)[0].last_backup_size_bytes == 4096
    assert cast.events() == ["backup.started", "backup.succeeded"]


def test_the_repository_is_known_from_then_on(runner, claimed, cast):
    runner.post(url(claimed()), DONE)

    job = cast.rows(BackupJob)[0]
    assert job.repository_location.endswith(f"/{job.tenant_id}/{job.id}")
    assert job.version == 1


def test_a_failure_says_why_and_is_tried_again_where_the_job_allows(runner, claimed, cast):
    execution_id = claimed(max_retries=1)
    body = {"status": "failed", "error_code": "SOURCE_NOT_FOUND", "error_message": "No /srv."}

    runner.post(url(execution_id), body)

    failed, retry = cast.rows(Execution)
    assert (failed.error_code, failed.error_message) == ("SOURCE_NOT_FOUND", "No /srv.")
    assert (retry.status, retry.runner, retry.retry_of) == ("queued", "branch-office", failed.id)
    assert cast.events() == ["backup.started", "backup.failed"]


def test_a_failure_without_a_code_has_one(runner, claimed, execution):
    execution_id = claimed()

    runner.post(url(execution_id), {"status": "failed"})

    assert execution(execution_id).error_code == "RUNNER_FAILED"


def test_a_warning_keeps_its_reason(runner, claimed, execution):
    execution_id = claimed()

    runner.post(url(execution_id), {"status": "warning", "error_code": "FILES_UNREADABLE"})

    run = execution(execution_id)
    assert (run.status, run.error_code) == ("warning", "FILES_UNREADABLE")


def test_what_was_asked_to_stop_is_cancelled(runner, claimed, operator, execution, cast):
    execution_id = claimed(max_retries=1)
    operator.post(f"/api/v1/executions/{execution_id}/cancel")

    runner.post(url(execution_id), {"status": "cancelled"})

    assert execution(execution_id).status == "cancelled"
    assert len(cast.rows(Execution)) == 1


def test_a_runner_that_stopped_by_itself_has_failed(runner, claimed, execution, cast):
    execution_id = claimed(max_retries=1)

    response = runner.post(url(execution_id), {"status": "cancelled"})

    assert response.json["data"]["error_code"] == "RUNNER_STOPPED"
    assert execution(execution_id).status == "failed"
    assert cast.rows(Execution)[-1].trigger == "retry"


def test_what_was_stopped_for_its_time_has_timed_out(runner, claimed, execution, change):
    execution_id = claimed(max_runtime_minutes=5)
    change(Execution, execution_id, started_at=clock.utcnow() - timedelta(minutes=6))

    runner.post(url(execution_id), {"status": "cancelled"})

    run = execution(execution_id)
    assert (run.status, run.error_code) == ("failed", "TIMED_OUT")


def test_a_success_in_spite_of_a_cancel_is_a_success(runner, claimed, operator, execution):
    execution_id = claimed()
    operator.post(f"/api/v1/executions/{execution_id}/cancel")

    runner.post(url(execution_id), DONE)

    assert execution(execution_id).status == "success"


def test_the_next_run_may_be_queued(runner, claimed, operator, execution):
    execution_id = claimed()
    runner.post(url(execution_id), DONE)

    response = operator.post(f"/api/v1/backups/{execution(execution_id).job_id}/run", {})

    assert response.status_code == 202


def test_another_hosts_run_is_409_and_goes_on(cast, claimed, execution):
    execution_id = claimed()

    response = cast.runner("head-office").post(url(execution_id), DONE)

    assert (response.status_code, response.json["error"]) == (409, "OTHER_RUNNERS_RUN")
    assert execution(execution_id).status == "running"


def test_a_run_that_nobody_claimed_is_409(runner, queue, execution):
    execution_id = queue()

    response = runner.post(url(execution_id), DONE)

    assert (response.status_code, response.json["error"]) == (409, "NOT_CLAIMED")
    assert execution(execution_id).status == "queued"


def test_another_tenants_runner_gets_404(cast, claimed):
    response = cast.runner("branch-office", "globex").post(url(claimed()), DONE)

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "missed"}, "status"),
        ({"status": "success", "error_code": "X"}, "error_code"),
        ({"status": "failed", "error_code": "not a code"}, "error_code"),
        ({"status": "failed", "error_message": "x" * 10_001}, "error_message"),
        ({"status": "success", "files_total": 1.5}, "files_total"),
        ({"status": "success", "snapshot_id": "x" * 65}, "snapshot_id"),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(runner, claimed, execution, body, field):
    execution_id = claimed()

    response = runner.post(url(execution_id), body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert execution(execution_id).status == "running"
