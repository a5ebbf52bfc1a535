"""A failed run is tried again as often as its job allows."""

import threading

from app.backups.models import BackupJob, Execution


def absent(sources, cast):
    return str(sources / f"absent-{cast.tenant('acme')}")


def test_each_retry_is_a_new_execution_until_they_are_used_up(stage, cast, sources):
    job = stage.job(source_path=absent(sources, cast), max_retries=2)

    stage.run(job, notify=False, backup_type="full")
    for _ in range(2):
        stage.work(cast.rows(Execution)[-1].id)

    first, second, third = cast.rows(Execution)
    assert [run.status for run in (first, second, third)] == ["failed"] * 3
    assert [run.trigger for run in (first, second, third)] == ["manual", "retry", "retry"]
    assert (first.retry_of, second.retry_of, third.retry_of) == (None, first.id, second.id)
    assert (third.notify, third.backup_type) == (False, "full")
    assert third.trace_id == first.trace_id
    assert cast.rows(BackupJob)[0].consecutive_failures == 3
    assert cast.events().count("backup.failed") == 3


def test_no_retry_unless_the_job_asks_for_it(stage, cast, sources):
    stage.run(stage.job(source_path=absent(sources, cast)))

    assert len(cast.rows(Execution)) == 1


def test_a_waiting_retry_is_in_the_way_of_another_run(stage, cast, sources):
    job = stage.job(source_path=absent(sources, cast), max_retries=1)
    stage.run(job)

    response = stage.operator.post(f"/api/v1/backups/{job.id}/run")

    assert response.status_code == 409
    assert response.json["details"] == {"execution_id": cast.rows(Execution)[-1].id}


def test_a_cancelled_run_is_not_tried_again(stage, cast, slow_source):
    job = stage.job(source_path=str(slow_source), max_retries=3)
    execution_id = stage.queue(job)
    stage.change(Execution, execution_id, cancel_requested_at=job.created_at)

    done = stage.work(execution_id)

    assert done.status == "cancelled"
    assert len(cast.rows(Execution)) == 1


def test_an_inactive_jobs_run_is_not_tried_again(stage, cast, sources):
    job = stage.job(source_path=absent(sources, cast), max_retries=3)
    execution_id = stage.queue(job)
    stage.operator.put(f"/api/v1/backups/{job.id}", {"is_active": False})

    stage.work(execution_id)

    assert [run.status for run in cast.rows(Execution)] == ["failed"]


def test_a_success_needs_no_retry(stage, cast):
    stage.run(stage.job(max_retries=3))

    assert [run.status for run in cast.rows(Execution)] == ["success"]


def test_an_end_and_a_new_run_at_once_do_not_lock_each_other_out(stage, cast, sources):
    job = stage.job(source_path=absent(sources, cast), max_retries=5)
    url = f"/api/v1/backups/{job.id}/run"
    answers, is_over = [], threading.Event()

    def ask():
        while not is_over.is_set():
            answers.append(stage.operator.post(url).status_code)

    stage.queue(job)
    asking = stage.in_background(ask)
    for _ in range(6):
        stage.work(cast.rows(Execution)[-1].id)
    is_over.set()
    asking.join()

    # A deadlock that the database breaks up would come out as 503.
    assert [status for status in answers if status >= 500] == []
    settled = [run.status for run in cast.rows(Execution)]
    assert settled.count("failed") >= 6
