"""Runners that wait for a run, through nginx and gunicorn."""

import json
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.runners.models import Runner
from tests.support.processes import wait_until
from tests.support.proxy import running_proxy

CLAIM = "/api/v1/runners/claim"
BODY = json.dumps({"wait_seconds": 25}).encode()


@pytest.fixture
def poll(cast):
    """Claim in a thread of its own, up to the moment that the server is about to wait."""
    runner = cast.runner()
    with ThreadPoolExecutor(1) as pool:

        def call(ask, *through) -> Future:
            answer = pool.submit(ask, *through, "POST", CLAIM, BODY, headers=runner.headers)
            wait_until(lambda: cast.rows(Runner)[0].last_seen_at is not None, seconds=60)
            return answer

        yield call


def test_a_run_that_another_process_queues_is_given_to_whoever_waits(poll, ask, cast, operator):
    answer = poll(ask)

    job = cast.create_job(runner="branch-office")
    queued = operator.post(f"/api/v1/backups/{job.id}/run", {})

    given = answer.result()
    assert given.status == 200
    assert given.json["data"]["execution_id"] == queued.json["data"]["id"]


def test_a_term_ends_the_wait_at_once(poll, another_gunicorn, ask_another):
    with running_proxy(another_gunicorn.port) as proxy:
        answer = poll(ask_another, proxy)

        another_gunicorn.child.process.terminate()

        ended = answer.result()
    # Without it the time would be over: nobody asked to stay away.
    assert (ended.status, ended.headers["Retry-After"]) == (204, "5")
    assert another_gunicorn.child.process.wait(30) == 0
