"""A run that has to end while it works: the worker is told to stop, or the run is cancelled."""

import signal

from tests.support.house import (
    SHORT_LEASE_SECONDS,
    WALKING,
    await_engine,
    await_status,
    house_process,
    is_gone,
    queue_run,
)


def test_a_worker_hears_a_terminal_that_closes(house):
    with house_process("worker", house) as worker:
        worker.process.send_signal(signal.SIGHUP)

        assert worker.process.wait(60) == 0


def test_an_idle_worker_says_one_line_at_its_start(house):
    with house_process("worker", house) as worker:
        lines = worker.output().splitlines()

    assert ["worker_started" in line for line in lines] == [True]


def test_a_running_execution_that_is_cancelled_ends_its_restic(app, operator, slow_job, house):
    execution_id = queue_run(operator, slow_job)
    with house_process("worker", house) as worker:
        restic = await_engine(worker, "backup")
        response = operator.post(f"/api/v1/executions/{execution_id}/cancel")
        row = await_status(app, execution_id, "cancelled", worker)

    assert response.status_code == 202
    assert is_gone(restic)
    assert (row.error_code, row.snapshot_id) == (None, None)


def test_a_run_longer_than_its_lease_is_not_failed(
    app, operator, slow_job, house, short_lease, throttle
):
    throttle.slow_down(WALKING)
    execution_id = queue_run(operator, slow_job)

    with house_process("scheduler", house), house_process("worker", short_lease) as worker:
        done = await_status(app, execution_id, "success", worker)

    assert done.duration_seconds > SHORT_LEASE_SECONDS
    assert (done.attempt, done.error_code) == (1, None)


def test_no_more_runs_at_once_than_the_setting_allows(app, cast, operator, house):
    waiting = [queue_run(operator, cast.create_job()) for _ in range(2)]

    with house_process("worker", {**house, "MAX_CONCURRENT_RUNS": "1"}) as worker:
        done = [await_status(app, execution_id, "success", worker) for execution_id in waiting]

    spans = sorted((row.started_at, row.finished_at) for row in done)
    assert all(ended <= began for (_, ended), (began, _) in zip(spans, spans[1:], strict=False))
