"""How a running execution ends before its work is done."""

import threading
import time

import pytest

from app.backups.models import BackupJob, Execution
from app.backups.service import sweeping
from app.core import clock
from app.engines.processes import is_alive
from tests.support.processes import wait_until


@pytest.fixture
def slow(stage, slow_source):
    """A run in the middle of its work."""
    slow = Slow(stage, stage.job(source_path=str(slow_source)))
    yield slow
    slow.stopping.set()
    slow.join()


class Slow:
    def __init__(self, stage, job):
        self.stage, self.job, self.stopping = stage, job, threading.Event()
        self.id = stage.queue(job)
        self._worker = stage.in_background(lambda: stage.work(self.id, self.stopping))
        wait_until(lambda: stage.execution(self.id).progress is not None)
        self.engine = stage.execution(self.id)

    def join(self):
        self._worker.join()

    def wait(self, seconds=60):
        began = time.monotonic()
        self.join()
        assert time.monotonic() - began < seconds
        assert not is_alive(self.engine.engine_pid, self.engine.engine_started_at)
        return self.stage.execution(self.id)


def test_a_cancel_ends_the_process(stage, cast, slow):
    response = stage.operator.post(f"/api/v1/executions/{slow.id}/cancel")

    done = slow.wait()
    assert response.status_code == 202
    assert (done.status, done.error_code, done.progress) == ("cancelled", None, None)
    assert done.bytes_done is None
    assert cast.events() == ["backup.started", "backup.cancelled"]
    (job,) = cast.rows(BackupJob)
    assert (job.last_result, job.consecutive_failures) == ("cancelled", 0)


def test_a_stopping_worker_gives_the_run_back(stage, cast, slow):
    slow.stopping.set()

    left = slow.wait()
    assert (left.status, left.attempt, left.lease_owner) == ("queued", 1, None)
    assert (left.started_at, left.handed_at, left.finished_at) == (None, None, None)
    assert "goes back into the queue" in stage.log(slow.id)
    assert cast.events() == ["backup.started"]
    assert cast.rows(BackupJob)[0].last_result is None


def test_what_was_given_back_is_done_by_the_next_worker(stage, slow, slow_source):
    slow.stopping.set()
    slow.wait()
    (slow_source / "slow.img").unlink()
    (slow_source / "small").write_text("small")

    done = stage.work(slow.id)

    assert (done.status, done.attempt) == ("success", 2)


def test_a_worker_that_is_stopping_takes_nothing_more(stage, job):
    stopping = threading.Event()
    stopping.set()

    left = stage.work(stage.queue(job), stopping)

    assert (left.status, left.attempt) == ("queued", 0)


def test_a_lost_lease_stops_the_run_which_then_settles_nothing(stage, cast, slow):
    stage.change(Execution, slow.id, lease_owner="another-worker")

    left = slow.wait()
    assert (left.status, left.lease_owner) == ("running", "another-worker")
    assert cast.events() == ["backup.started"]
    assert cast.rows(BackupJob)[0].last_result is None


def test_the_sweeper_ends_the_orphan_and_the_late_worker_changes_nothing(app, stage, cast, slow):
    stage.change(Execution, slow.id, lease_owner="killed", lease_until=clock.utcnow())

    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 1

    left = slow.wait()
    assert (left.status, left.error_code) == ("failed", "RUNNER_LOST")
    assert cast.events().count("backup.failed") == 1


def test_a_kept_lease_is_not_swept(app, stage, slow):
    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 0

    assert stage.execution(slow.id).status == "running"


def test_a_run_that_is_too_long_is_ended(stage, slow_source):
    job = stage.job(source_path=str(slow_source), max_runtime_minutes=1)
    # No person can ask for less than a minute, and no test should wait for one.
    stage.change(BackupJob, job.id, max_runtime_minutes=0)

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "TIMED_OUT")
