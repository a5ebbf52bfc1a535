"""POST /runners/claim: each run is given once, to its own host, with all that it takes."""

from datetime import timedelta

import pytest

from app.backups.models import BackupJob, Execution
from app.core import clock
from app.runners.models import Runner
from app.storage.models import StorageProvider

URL = "/api/v1/runners/claim"


def claim(caller):
    response = caller.post(URL, {})
    return response.json["data"]["execution_id"] if response.status_code == 200 else None


def test_gives_the_run_and_what_to_do(runner, queue, cast, execution):
    execution_id = queue(excludes=["*.tmp"], retention_days=7, max_runtime_minutes=90)

    response = runner.post(URL, {})

    job, data = cast.rows(BackupJob)[0], response.json["data"]
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert (data["execution_id"], data["kind"], data["restore"]) == (execution_id, "backup", None)
    assert data["job"] == {
        "id": job.id,
        "name": job.name,
        "source_path": job.source_path,
        "excludes": ["*.tmp"],
        "backup_type": "incremental",
        "backup_tool": "restic",
        "retention_days": 7,
        "max_runtime_minutes": 90,
    }
    assert data["repository"] == {
        "location": f"{cast.rows(StorageProvider)[0].connection_string}/{job.tenant_id}/{job.id}",
        "password": job.repository_password,
        "environment": {},
        "may_create": True,
    }
    assert (data["lease_seconds"], data["heartbeat_seconds"]) == (180, 15)
    run = execution(execution_id)
    assert (run.status, run.attempt) == ("running", 1)
    assert run.lease_until - run.started_at == timedelta(seconds=180)
    assert cast.events() == ["backup.started"]


def test_gives_a_run_once_and_then_204(runner, queue):
    queue()

    answers = [runner.post(URL, {}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 204]
    assert answers[1].data == b""


def test_the_most_urgent_come_first_and_of_these_the_oldest(runner, queue):
    low, first, second = queue(priority=1), queue(priority=9), queue(priority=9)

    assert [claim(runner) for _ in range(3)] == [first, second, low]


def test_a_host_gets_its_own_runs_alone(cast, queue, runner):
    theirs = queue(runner="head-office")
    queue(runner=None)

    assert claim(runner) is None
    assert claim(cast.runner("head-office")) == theirs


def test_a_host_of_the_same_name_elsewhere_gets_nothing(cast, queue):
    queue()

    assert claim(cast.runner("branch-office", tenant="globex")) is None


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_a_person_is_no_host(cast, queue, role):
    queue()

    response = cast.caller(role).post(URL, {})

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
    assert cast.rows(Execution)[0].status == "queued"


def test_a_key_of_the_role_that_nobody_registered_is_no_host(cast, queue):
    queue()

    assert cast.key_caller("runner").post(URL, {}).status_code == 403
    assert cast.rows(Execution)[0].status == "queued"


def test_a_cancelled_run_is_not_given(runner, queue, operator):
    operator.post(f"/api/v1/executions/{queue()}/cancel")

    assert claim(runner) is None


def test_a_run_of_another_tool_has_no_repository(runner, queue):
    queue(backup_tool="veeam", backup_type="full")

    data = runner.post(URL, {}).json["data"]

    assert (data["repository"], data["job"]["backup_tool"]) == (None, "veeam")
    assert data["backup_type"] == "full"


def test_a_lost_answer_is_given_again_for_the_same_key(runner, queue):
    queue()
    queue()

    first, again = [runner.post(URL, {}, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert again.json["data"]["execution_id"] == first.json["data"]["execution_id"]


def test_a_run_without_storage_fails_and_the_next_one_is_given(
    runner, queue, execution, change, cast
):
    broken, whole = queue(), queue()
    change(BackupJob, execution(broken).job_id, storage_id=None)

    assert claim(runner) == whole
    run = execution(broken)
    assert (run.status, run.error_code) == ("failed", "STORAGE_UNSUPPORTED")
    assert "backup.failed" in cast.events()


def test_a_differential_names_the_full_snapshot_that_it_stands_on(runner, queue, operator, cast):
    execution_id = queue(backup_type="full")
    claim(runner)
    done = {"status": "success", "snapshot_id": "4f1c2d3e"}
    runner.post(f"/api/v1/executions/{execution_id}/complete", done)
    job = cast.rows(BackupJob)[0]
    operator.post(f"/api/v1/backups/{job.id}/run", {"backup_type": "differential"})

    data = runner.post(URL, {}).json["data"]

    assert (data["backup_type"], data["parent_snapshot"]) == ("differential", "4f1c2d3e")
    assert data["repository"]["may_create"] is False


def test_a_first_differential_is_a_full_one(runner, queue):
    queue(backup_type="differential")

    data = runner.post(URL, {}).json["data"]

    assert (data["backup_type"], data["parent_snapshot"]) == ("full", None)


def test_being_seen_is_written_once_in_a_while(runner, cast, change):
    runner.post(URL, {"version": "1.0"})
    (row,) = cast.rows(Runner)
    then = clock.utcnow() - timedelta(seconds=10)
    change(Runner, row.id, last_seen_at=then)

    runner.post(URL, {"version": "1.0"})

    assert cast.rows(Runner)[0].last_seen_at == then


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"wait_seconds": 26}, "wait_seconds"),
        ({"wait_seconds": -1}, "wait_seconds"),
        ({"wait_seconds": "5"}, "wait_seconds"),
        ({"version": "v" * 51}, "version"),
        ({"runner": "head-office"}, "runner"),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(runner, body, field):
    response = runner.post(URL, body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
