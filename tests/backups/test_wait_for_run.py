"""POST /backups/{id}/run?wait= answers when the run is over."""

import threading
import time
from contextlib import ExitStack

import pytest

from app.audit.models import AuditRow
from app.backups.models import Execution
from app.core import clock
from app.core.idempotency import IdempotencyKey
from app.core.waiting import waiters
from tests.support.processes import wait_until

LONG = 120


def url(job, wait=LONG):
    return f"/api/v1/backups/{job.id}/run?wait={wait}"


class Waiting:
    """A caller who waits in a thread of its own."""

    def __init__(self, cast, caller, address, **options):
        self._cast = cast
        self._before = len(cast.rows(Execution))
        self._thread = threading.Thread(target=self._call, args=(caller, address, options))
        self._thread.start()

    def _call(self, caller, address, options):
        self.response = caller.post(address, **options)

    def queued(self):
        """The run, once everybody can see it."""
        wait_until(lambda: len(self._cast.rows(Execution)) > self._before, seconds=30)
        return self._cast.rows(Execution)[-1]

    @property
    def is_at_it(self):
        return self._thread.is_alive()

    def answer(self):
        self._thread.join(60)
        return self.response


@pytest.mark.parametrize("status", ["success", "warning", "failed", "cancelled"])
def test_answers_with_the_run_once_it_is_over(operator, stage, cast, job, status):
    waiting = Waiting(cast, operator, url(job))
    row = waiting.queued()
    was_at_it = waiting.is_at_it

    stage.change(Execution, row.id, status=status, finished_at=clock.utcnow())
    response = waiting.answer()

    assert was_at_it
    assert (response.status_code, response.json["data"]["status"]) == (200, status)
    assert response.json["data"]["id"] == row.id


def test_a_real_run_is_waited_for(operator, stage, cast):
    waiting = Waiting(cast, operator, url(stage.job()))

    done = stage.work(waiting.queued().id)
    response = waiting.answer()

    assert (response.status_code, done.status) == (200, "success")
    assert response.json["data"]["snapshot_id"] == done.snapshot_id


def test_answers_with_the_state_so_far_when_the_time_is_over(operator, cast, job):
    response = operator.post(url(job, 1))

    assert (response.status_code, response.json["data"]["status"]) == (202, "queued")
    (row,) = cast.rows(Execution)
    assert response.headers["Location"].endswith(f"/api/v1/executions/{row.id}")


def test_it_does_not_wait_unless_asked(operator, cast, job):
    response = operator.post(url(job, 0))

    assert response.status_code == 202
    assert len(cast.rows(Execution)) == 1


@pytest.mark.parametrize("wait", ["-1", "301", "1.5", "soon", ""])
def test_a_wait_that_is_none_is_refused_and_nothing_runs(operator, cast, job, wait):
    response = operator.post(url(job, wait))

    assert (response.status_code, list(response.json["details"])) == (400, ["wait"])
    assert cast.rows(Execution) == []


def test_a_caller_too_many_is_answered_at_once_and_the_run_is_queued(app, operator, cast, job):
    with app.app_context(), ExitStack() as places:
        for _ in range(waiters().limit):
            places.enter_context(waiters().place())

        response = operator.post(url(job))

    assert (response.status_code, response.headers["Retry-After"]) == (202, "5")
    assert [row.status for row in cast.rows(Execution)] == ["queued"]


def test_a_refusal_comes_without_a_wait(operator, stage, cast, job):
    execution_id = stage.queue(job)

    response = operator.post(url(job))

    assert (response.status_code, response.json["error"]) == (409, "RUN_IN_PROGRESS")
    assert response.json["details"] == {"execution_id": execution_id}
    assert len(cast.rows(Execution)) == 1


def test_the_end_of_the_process_ends_the_wait(app, operator, cast, job):
    ending = threading.Event()
    app.extensions["waiters"].dismiss_when(ending.is_set)
    waiting = Waiting(cast, operator, url(job))
    waiting.queued()

    ending.set()
    response = waiting.answer()
    app.extensions["waiters"].dismiss_when(lambda: False)

    assert (response.status_code, response.json["data"]["status"]) == (202, "queued")


def test_one_audit_row_tells_of_it_and_it_is_there_during_the_wait(operator, stage, cast, job):
    waiting = Waiting(cast, operator, url(job))
    row = waiting.queued()
    during = [entry.action for entry in cast.rows(AuditRow)]

    stage.change(Execution, row.id, status="success")
    waiting.answer()

    assert during == ["backups.run_job"]
    assert [entry.action for entry in cast.rows(AuditRow)] == during


class TestWithAKey:
    """A network's retry never makes a second run, whenever it comes."""

    headers = {"Idempotency-Key": "nightly"}

    def test_a_retry_during_the_wait_hears_that_it_is_at_work(self, operator, stage, cast, job):
        waiting = Waiting(cast, operator, url(job), headers=self.headers)
        row = waiting.queued()

        retry = operator.post(url(job), headers=self.headers)
        stage.change(Execution, row.id, status="success")
        waiting.answer()

        assert (retry.status_code, retry.json["error"]) == (409, "REQUEST_IN_PROGRESS")
        assert retry.headers["Retry-After"] == "5"
        assert len(cast.rows(Execution)) == 1

    def test_the_key_is_at_work_for_as_long_as_the_wait(self, operator, stage, cast, job):
        before = clock.utcnow()
        waiting = Waiting(cast, operator, url(job, 300), headers=self.headers)
        row = waiting.queued()

        (key,) = cast.rows(IdempotencyKey)
        stage.change(Execution, row.id, status="success")
        waiting.answer()

        assert (key.lease_until - before).total_seconds() > 300

    def test_a_retry_after_the_wait_gets_the_final_answer(self, operator, stage, cast, job):
        waiting = Waiting(cast, operator, url(job), headers=self.headers)
        stage.change(Execution, waiting.queued().id, status="failed")
        first = waiting.answer()

        retry = operator.post(url(job), headers=self.headers)

        assert (retry.status_code, retry.json) == (200, first.json)
        assert retry.headers["Idempotency-Replayed"] == "true"
        assert len(cast.rows(Execution)) == 1

    def test_a_retry_after_the_server_was_killed_gets_the_run_that_it_queued(
        self, app, operator, stage, cast, job
    ):
        """What stood at the moment of the kill is put back; the lease has ended since."""
        waiting = Waiting(cast, operator, url(job), headers=self.headers)
        row = waiting.queued()
        (kept,) = cast.rows(IdempotencyKey)
        stage.change(Execution, row.id, status="success")
        waiting.answer()
        long_ago = clock.utcnow().replace(year=2020)
        stage.change(IdempotencyKey, kept.id, answer=kept.answer, lease_until=long_ago)

        retry = operator.post(url(job), headers=self.headers)

        assert (retry.status_code, retry.json["data"]["status"]) == (202, "queued")
        assert retry.json["data"]["id"] == row.id
        assert len(cast.rows(Execution)) == 1


def test_no_connection_is_held_during_the_wait(app, operator, stage, cast, job):
    """On SQLite a transaction left open would keep everybody else from writing."""
    waiting = Waiting(cast, operator, url(job))
    row = waiting.queued()
    began = time.monotonic()

    stage.change(Execution, row.id, status="running")
    took = time.monotonic() - began
    stage.change(Execution, row.id, status="success")
    waiting.answer()

    # The driver waits for a lock for 30 seconds before it gives up.
    assert took < 15
