"""PostgreSQL away in mid-backup: what ended meanwhile is recorded afterwards, or tried again."""

import time
from signal import SIGQUIT

import pytest

from tests.support.deployment import deployed
from tests.support.durable_postgres import durable_server
from tests.support.house import WALKING, await_engines, house_process, is_gone
from tests.support.processes import wait_until
from tests.support.run_ledger import locks_of

AWAY_SECONDS = 10
# One worker may be away from the database for as long as this test takes, the other may not.
PATIENT = {"LEASE_SECONDS": "600", "MAX_CONCURRENT_RUNS": "1"}
HASTY = {"LEASE_SECONDS": "12"}


def test_runs_end_once_though_postgresql_was_away_when_they_ended(
    own_runs, make_job, house, throttle, postgresql
):
    throttle.slow_down(WALKING)
    jobs = [make_job(is_slow=True, max_retries=1) for _ in range(2)]
    with (
        house_process("worker", {**house, **PATIENT}) as patient,
        house_process("scheduler", house),
    ):
        kept = own_runs.ask(jobs[0])
        engines = await_engines(patient, "backup", 1)
        # It must not end before the database is away.
        engines[0].suspend()
        throttle.slow_down()
        with house_process("worker", {**house, **HASTY}) as hasty:
            lost = own_runs.ask(jobs[1])
            engines += await_engines(hasty, "backup", 1)
            postgresql.stop(SIGQUIT)
            engines[0].resume()
            time.sleep(AWAY_SECONDS)
            wait_until(lambda: all(map(is_gone, engines)), seconds=240, output=patient.output)
        throttle.speed_up()
        postgresql.start()
        rows = own_runs.await_ends(patient)

    tally = own_runs.settle()
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (2, 2, 0, 0)
    assert (rows[kept].status, rows[kept].attempt, rows[kept].error_code) == ("success", 1, None)
    assert (rows[lost].status, rows[lost].error_code) == ("failed", "RUNNER_LOST")
    (retry,) = [row for row in rows.values() if row.retry_of]
    assert (retry.retry_of, retry.status) == (lost, "success")
    for job in jobs:
        own_runs.restic(job, "check")
        assert locks_of(job) == []


@pytest.fixture
def postgresql():
    with durable_server() as server:
        yield server


@pytest.fixture
def deployment(postgresql, tmp_path):
    url = postgresql.server.create_database("faults")
    with deployed(tmp_path, url, SWEEP_SECONDS="1") as made:
        yield made


@pytest.fixture
def app(deployment):
    return deployment.app


@pytest.fixture
def cast(deployment):
    return deployment.cast


@pytest.fixture
def house(deployment, throttle):
    return {**deployment.environ, "PATH": throttle.path}
