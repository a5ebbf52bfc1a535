"""A run that takes too long and is stuck is failed by the scheduler, and its process ended."""

import socket
import subprocess
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from app.backups.models import Execution
from app.backups.service import timeouts
from app.core import clock

BEGAN = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LIMIT = timedelta(minutes=30)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def sweep(app):
    def call(at):
        with clock.hold(at), app.app_context():
            return timeouts.fail_timed_out(at)

    return call


@pytest.fixture
def stuck(ticker, stage, cast):
    """Leaves a run behind that is kept by its worker and gets no further."""

    def make(max_runtime_minutes=30, **fields):
        job = cast.create_job(max_runtime_minutes=max_runtime_minutes, **fields)
        ticker.ask(job, BEGAN)
        (execution_id,) = ticker.begin(BEGAN)
        stage.change(Execution, execution_id, lease_until=BEGAN + timedelta(days=1))
        return execution_id

    return make


@pytest.fixture
def sleeper():
    """A process that stands for an engine."""
    process = subprocess.Popen(["sleep", "120"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("where", "patience"),
    [({}, timeouts.LOCAL_PATIENCE), ({"runner": "branch"}, timeouts.REMOTE_PATIENCE)],
    ids=["here", "on a runner"],
)
def test_is_failed_once_its_worker_had_time_to_stop_it(sweep, stuck, stage, cast, where, patience):
    execution_id = stuck(**where)

    swept = [sweep(BEGAN + LIMIT + patience), sweep(BEGAN + LIMIT + patience + SECOND)]

    run = stage.execution(execution_id)
    assert (swept, run.status, run.error_code) == ([0, 1], "failed", "TIMED_OUT")
    assert (run.lease_owner, run.finished_at) == (None, BEGAN + LIMIT + patience + SECOND)
    assert cast.events()[-1] == "backup.failed"


def test_its_process_on_this_host_is_ended(sweep, stuck, stage, sleeper):
    execution_id = stuck()
    engine = {"engine_host": socket.gethostname(), "engine_pid": sleeper.pid}
    started_at = psutil.Process(sleeper.pid).create_time()
    stage.change(Execution, execution_id, engine_started_at=started_at, **engine)

    sweep(BEGAN + LIMIT + 2 * MINUTE)

    assert stage.execution(execution_id).error_code == "TIMED_OUT"
    assert sleeper.wait(30) != 0


def test_is_tried_again_where_the_job_allows_it(sweep, stuck, cast):
    execution_id = stuck(max_retries=1)

    sweep(BEGAN + LIMIT + 2 * MINUTE)

    first, retry = cast.rows(Execution)
    assert (first.id, retry.retry_of, retry.status) == (execution_id, execution_id, "queued")


def test_one_that_was_to_be_cancelled_is_cancelled(sweep, stuck, stage):
    execution_id = stuck(max_retries=1)
    stage.change(Execution, execution_id, cancel_requested_at=BEGAN + MINUTE)

    sweep(BEGAN + LIMIT + 2 * MINUTE)

    assert stage.execution(execution_id).status == "cancelled"


def test_a_job_without_a_limit_may_take_for_ever(sweep, stuck, stage):
    execution_id = stuck(max_runtime_minutes=None)

    assert sweep(BEGAN + timedelta(days=30)) == 0
    assert stage.execution(execution_id).status == "running"
