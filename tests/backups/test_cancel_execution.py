"""POST /executions/{id}/cancel stops what is not over yet."""

import threading
from datetime import timedelta

import pytest

from app.backups.models import BackupJob, Execution
from app.backups.service import runs
from app.core import clock
from app.core.tenancy import unscoped


def url(execution_id):
    return f"/api/v1/executions/{execution_id}/cancel"


def test_a_queued_run_is_cancelled_at_once(operator, stage, cast, job):
    execution_id = stage.queue(job)

    response = operator.post(url(execution_id))

    assert (response.status_code, response.json["data"]["status"]) == (200, "cancelled")
    row = stage.execution(execution_id)
    assert row.finished_at is not None
    assert row.started_at is None
    assert cast.events() == ["backup.cancelled"]
    (kept,) = cast.rows(BackupJob)
    assert (kept.last_result, kept.consecutive_failures) == ("cancelled", 0)
    assert kept.last_run == row.execution_date


def test_what_never_began_leaves_an_overdue_job_overdue(operator, stage, cast):
    job = cast.create_job(schedule_type="daily", schedule_time="02:00")
    long_ago = clock.utcnow() - timedelta(days=3)
    stage.change(BackupJob, job.id, next_run=long_ago, overdue_at=long_ago)

    operator.post(url(stage.queue(job)))

    (kept,) = cast.rows(BackupJob)
    assert (kept.next_run, kept.overdue_at) == (long_ago, long_ago)


def test_a_cancelled_run_is_not_worked_any_more(operator, stage, job):
    execution_id = stage.queue(job)
    operator.post(url(execution_id))

    assert stage.work(execution_id).status == "cancelled"
    assert stage.execution(execution_id).attempt == 0


def test_a_running_one_is_asked_to_stop(operator, stage, job):
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, status="running", lease_owner="somebody")

    response = operator.post(url(execution_id))

    assert (response.status_code, response.json["data"]["status"]) == (202, "running")
    assert response.headers["Location"].endswith(f"/api/v1/executions/{execution_id}")
    assert stage.execution(execution_id).cancel_requested_at is not None


@pytest.mark.parametrize("status", ["success", "warning", "failed", "cancelled", "missed"])
def test_a_final_one_stays_as_it_is(operator, stage, job, status):
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, status=status)

    response = operator.post(url(execution_id))

    assert (response.status_code, response.json["error"]) == (409, "ALREADY_FINAL")
    assert response.json["details"] == {"status": status}
    assert stage.execution(execution_id).cancel_requested_at is None


def test_cancel_and_claim_at_once_agree(app, cast, operator):
    for _ in range(8):
        job = cast.create_job()
        execution_id = operator.post(f"/api/v1/backups/{job.id}/run").json["data"]["id"]
        taken, answer = claim_and_cancel_at_once(app, operator, execution_id)

        status = operator.get(f"/api/v1/executions/{execution_id}").json["data"]["status"]
        expected = (202, "running") if taken else (200, "cancelled")
        assert (answer.status_code, status) == expected


def claim_and_cancel_at_once(app, operator, execution_id):
    barrier = threading.Barrier(2)
    taken = []

    def claim():
        with app.app_context(), unscoped():
            barrier.wait()
            taken.append(runs.claim(execution_id, "worker", clock.utcnow(), 60))

    thread = threading.Thread(target=claim)
    thread.start()
    barrier.wait()
    answer = operator.post(url(execution_id))
    thread.join()
    return taken[0] is not None, answer


def test_one_message_that_comes_twice_is_claimed_once(app, stage, job):
    execution_id = stage.queue(job)
    barrier = threading.Barrier(4)
    taken = []

    def claim(number):
        with app.app_context(), unscoped():
            barrier.wait()
            taken.append(runs.claim(execution_id, f"worker-{number}", clock.utcnow(), 60))

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(row is not None for row in taken) == 1
    assert stage.execution(execution_id).attempt == 1


def test_an_outsider_gets_404(outsider, stage, job):
    execution_id = stage.queue(job)

    assert outsider.post(url(execution_id)).status_code == 404
    assert stage.execution(execution_id).status == "queued"


def test_an_unknown_one_is_404(operator):
    assert operator.post(url(99_999_999)).status_code == 404


def test_a_viewer_may_not(viewer, stage, job):
    execution_id = stage.queue(job)

    assert viewer.post(url(execution_id)).status_code == 403
    assert stage.execution(execution_id).status == "queued"
