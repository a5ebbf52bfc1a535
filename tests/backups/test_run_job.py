"""POST /backups/{id}/run queues a run."""

import threading

import pytest

from app.backups.models import BackupJob, Execution
from app.core import queue


def url(job):
    return f"/api/v1/backups/{job.id}/run"


def test_queues_a_run_and_says_where_to_look(operator, cast, job):
    response = operator.post(url(job))

    assert response.status_code == 202
    data = response.json["data"]
    (row,) = cast.rows(Execution)
    assert response.headers["Location"].endswith(f"/api/v1/executions/{row.id}")
    assert (data["execution_id"], data["id"], data["job_id"]) == (row.id, row.id, job.id)
    assert (data["status"], data["kind"], data["trigger"]) == ("queued", "backup", "manual")
    assert (data["backup_type"], data["attempt"], data["notify"]) == ("incremental", 0, True)
    assert data["requested_by"] == operator.username
    assert data["trace_id"] == response.json["meta"]["trace_id"]


def test_hands_it_to_the_queue_after_the_commit(app, operator, job):
    with app.app_context():
        before = queue.pending(queue.queues().runs)

    operator.post(url(job), {})

    with app.app_context():
        assert queue.pending(queue.queues().runs) == before + 1


def test_takes_a_type_and_whether_to_notify(operator, cast, job):
    response = operator.post(url(job), {"backup_type": "full", "notify": False})

    assert response.status_code == 202
    (row,) = cast.rows(Execution)
    assert (row.backup_type, row.notify) == ("full", False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"backup_type": "all"}, "backup_type"),
        ({"backup_type": None}, "backup_type"),
        ({"notify": "false"}, "notify"),
        ({"priority": 1}, "priority"),
    ],
)
def test_refuses_a_request_that_it_does_not_know(operator, cast, job, body, field):
    response = operator.post(url(job), body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(Execution) == []


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_open_run_is_in_the_way_and_named(operator, stage, cast, job, status):
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, status=status)

    response = operator.post(url(job))

    assert (response.status_code, response.json["error"]) == (409, "RUN_IN_PROGRESS")
    assert response.json["details"] == {"execution_id": execution_id}
    assert len(cast.rows(Execution)) == 1


def test_a_final_run_is_not_in_the_way(operator, stage, cast, job):
    operator.post(f"/api/v1/executions/{stage.queue(job)}/cancel")

    assert operator.post(url(job)).status_code == 202
    assert [row.status for row in cast.rows(Execution)] == ["cancelled", "queued"]


def test_an_inactive_job_does_not_run(operator, cast):
    job = cast.create_job(is_active=False)

    response = operator.post(url(job))

    assert (response.status_code, response.json["error"]) == (409, "JOB_INACTIVE")
    assert cast.rows(Execution) == []


def test_a_job_that_only_reports_does_not_run(operator, cast):
    job = cast.create_job(backup_tool="veeam")

    response = operator.post(url(job))

    assert (response.status_code, response.json["error"]) == (409, "NOT_RUNNABLE")
    assert cast.rows(Execution) == []


@pytest.mark.parametrize("tool", ["restic", "veeam"])
def test_a_run_of_another_host_waits_for_it(app, operator, stage, cast, tool):
    job = cast.create_job(backup_tool=tool, runner="win-01")
    with app.app_context():
        before = queue.pending(queue.queues().runs)

    response = operator.post(url(job))

    with app.app_context():
        assert queue.pending(queue.queues().runs) == before
    assert response.json["data"]["runner"] == "win-01"
    assert stage.work(response.json["data"]["id"]).status == "queued"


def test_a_machine_with_a_key_triggers_as_api(cast, job):
    machine = cast.key_caller("operator")

    response = machine.post(url(job))

    assert response.json["data"]["trigger"] == "api"
    assert response.json["data"]["requested_by"] == machine.username


def test_a_repeated_key_makes_one_run(operator, cast, job):
    headers = {"Idempotency-Key": "nightly"}
    first = operator.post(url(job), headers=headers)

    second = operator.post(url(job), headers=headers)

    assert second.json["data"]["id"] == first.json["data"]["id"]
    assert len(cast.rows(Execution)) == 1


def test_of_many_callers_at_once_one_queues(cast, job):
    callers = [cast.caller("operator") for _ in range(8)]
    barrier = threading.Barrier(len(callers))
    answers = []

    def call(caller):
        barrier.wait()
        answers.append(caller.post(url(job)))

    threads = [threading.Thread(target=call, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (row,) = cast.rows(Execution)
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7
    refused = [answer.json["details"] for answer in answers if answer.status_code == 409]
    assert refused == [{"execution_id": row.id}] * 7


def test_a_run_leaves_the_jobs_version(operator, cast, job):
    operator.post(f"/api/v1/executions/{operator.post(url(job)).json['data']['id']}/cancel")

    (row,) = cast.rows(BackupJob)
    assert (row.version, row.last_result) == (1, "cancelled")


def test_an_outsider_gets_404(outsider, cast, job):
    assert outsider.post(url(job)).status_code == 404
    assert cast.rows(Execution) == []


def test_a_viewer_may_not(viewer, cast, job):
    response = viewer.post(url(job))

    assert response.json["details"] == {"required": "backups:run"}
    assert cast.rows(Execution) == []
