"""Several posts about one run make one execution, and two runs stay two."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.backups.models import BackupJob, Execution
from app.core import clock
from app.events.models import Event
from app.legacy.models import StatusPost

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
def post_at(send, veeam_job):
    """Post to an endpoint at so many minutes past two o'clock; gives the execution's id."""

    def post(minutes, endpoint, status="success", **fields):
        result = "execution_result" if endpoint == "status" else "status"
        with clock.hold(at(minutes)):
            response = send(endpoint, {"job_id": veeam_job.id, result: status, **fields})
        assert response.status_code == 201, response.json
        return response.json["execution_id"]

    return post


def times(start, end):
    return {"start_time": clock.to_wire(at(start)), "end_time": clock.to_wire(at(end))}


def test_veeams_pair_of_posts_is_one_execution(post_at, cast):
    first = post_at(30, "update-status", duration_seconds=1500)
    second = post_at(30.1, "record-execution", backup_size=4096, **times(5, 30))

    assert first == second
    (row,) = cast.rows(Execution)
    assert (row.execution_date, row.started_at, row.finished_at) == (at(5), at(5), at(30))
    assert (row.backup_size_bytes, row.duration_seconds) == (4096, 1500)
    assert len(cast.rows(StatusPost)) == 2


def test_a_pair_in_the_other_order_is_one_execution_too(post_at, cast):
    first = post_at(30, "record-execution", **times(5, 29))
    second = post_at(30.1, "update-status", backup_size=4096, duration_seconds=9)

    assert first == second
    (row,) = cast.rows(Execution)
    assert (row.started_at, row.finished_at, row.duration_seconds) == (at(5), at(29), 1440)
    assert row.backup_size_bytes == 4096


def test_a_failed_pair_counts_once_and_tells_once(post_at, cast):
    post_at(30, "update-status", "failed", error_message="Disk full")
    post_at(31, "record-execution", "failed", details="Disk full on D:", **times(5, 29))

    (job,) = cast.rows(BackupJob)
    (event,) = cast.rows(Event)
    (row,) = cast.rows(Execution)
    assert (job.consecutive_failures, job.last_result) == (1, "failed")
    assert (event.type, row.error_message) == ("backup.failed", "Disk full")


def test_the_job_follows_the_times_that_a_second_post_brings(post_at, cast):
    post_at(30, "update-status")
    post_at(31, "record-execution", **times(5, 29))

    (job,) = cast.rows(BackupJob)
    assert (job.last_run, job.last_success_at) == (at(5), at(29))


def test_a_run_that_turns_out_older_leaves_the_job_to_the_newer_one(post_at, cast):
    post_at(30, "update-status")
    failed = post_at(31, "status", "failed", execution_date=clock.to_wire(at(20)))
    post_at(32, "record-execution", **times(5, 15))

    (job,) = cast.rows(BackupJob)
    assert (job.last_run, job.last_result, job.consecutive_failures) == (at(20), "failed", 1)
    assert {row.id for row in cast.rows(Execution)} > {failed}


@pytest.mark.parametrize(("late", "failures"), [("failed", 3), ("success", 1)])
def test_a_run_told_of_late_counts_where_it_belongs(post_at, cast, late, failures):
    post_at(0, "status", "failed", execution_date=clock.to_wire(at(-60)))
    post_at(30, "status", "failed", execution_date=clock.to_wire(at(20)))
    post_at(40, "status", late, execution_date=clock.to_wire(at(-20)))

    (job,) = cast.rows(BackupJob)
    assert (job.consecutive_failures, job.last_result, job.last_run) == (failures, "failed", at(20))
    assert job.last_success_at == (at(-20) if late == "success" else None)


def test_runs_five_minutes_apart_stay_two_each_with_its_pair(post_at, cast):
    pairs = []
    for start in (0, 5):
        pair = (
            post_at(start + 4, "update-status"),
            post_at(start + 4.1, "record-execution", **times(start, start + 4)),
        )
        pairs.append(pair)

    assert [one == other for one, other in pairs] == [True, True]
    assert [row.execution_date for row in cast.rows(Execution)] == [at(0), at(5)]


def test_a_repeat_after_a_time_out_is_one_execution(post_at, cast):
    first = post_at(30, "status")
    again = post_at(31.9, "status")
    later = post_at(34.5, "status")

    assert first == again != later
    assert len(cast.rows(Execution)) == 2


def test_the_same_date_through_another_endpoint_is_one_execution(post_at, cast):
    first = post_at(30, "record-execution", **times(5, 29))
    again = post_at(300, "status", execution_date=clock.to_wire(at(6)))

    assert first == again
    assert len(cast.rows(Execution)) == 1


def test_another_result_is_another_run(post_at, cast):
    first = post_at(30, "update-status", "failed")
    second = post_at(31, "record-execution", "success", **times(5, 29))

    assert first != second
    assert [row.status for row in cast.rows(Execution)] == ["failed", "success"]


def test_another_key_tells_of_another_run(post_at, cast, veeam_job):
    other = cast.key_caller("reporter")
    first = post_at(30, "status")

    with clock.hold(at(30.1)):
        body = {"job_id": veeam_job.id, "execution_result": "success"}
        response = other.post("/api/backup/status", body)

    assert response.json["execution_id"] != first
    assert len(cast.rows(Execution)) == 2


def test_a_name_of_the_tool_is_filled_in_for_the_default(post_at, cast):
    post_at(30, "update-status")
    post_at(31, "status", source_system="veeam")

    assert [row.source_system for row in cast.rows(Execution)] == ["veeam"]


@pytest.mark.parametrize("endpoints", [("status", "status"), ("update-status", "status")])
def test_posts_at_the_same_moment_make_one_execution(app, cast, reporter, veeam_job, endpoints):
    together = threading.Barrier(8)
    answers = []

    def post(endpoint):
        result = "execution_result" if endpoint == "status" else "status"
        body = {"job_id": veeam_job.id, result: "failed"}
        together.wait()
        response = app.test_client().post(
            f"/api/backup/{endpoint}", json=body, headers=reporter.headers
        )
        answers.append((response.status_code, response.json.get("execution_id")))

    threads = [threading.Thread(target=post, args=(endpoints[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (row,) = cast.rows(Execution)
    assert answers == [(201, row.id)] * 8
    assert cast.rows(BackupJob)[0].consecutive_failures == 1
