"""A claim that waits: woken by a run, ended by its time, by a lack of places, by a revoked key."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from app.auth import cache
from app.auth.models import ApiKey
from app.backups.models import Execution
from app.core.db import db
from app.core.tenancy import unscoped
from app.tenants.models import Tenant
from tests.support.processes import wait_until

CLAIM = "/api/v1/runners/claim"


@pytest.fixture
def poll(app, runner):
    """Claim in a thread of its own, waiting for so many seconds."""
    with ThreadPoolExecutor(8) as pool:

        def call(seconds=25):
            body = {"wait_seconds": seconds}
            return pool.submit(app.test_client().post, CLAIM, json=body, headers=runner.headers)

        yield call


@pytest.fixture
def places(app):
    return app.extensions["waiters"]


@pytest.fixture
def no_place(places):
    """Half of the process's threads wait for something else."""
    with ExitStack() as taken:
        for _ in range(places.limit):
            assert taken.enter_context(places.place())
        yield


@pytest.fixture
def dismiss(places):
    """Let the waiting hear that the process is to end."""
    yield lambda: places.dismiss_when(lambda: True)
    places.dismiss_when(lambda: False)


def await_waiters(places, count):
    wait_until(lambda: places.taken == count, seconds=60, what=f"{count} callers wait")


def test_is_woken_by_a_run_that_is_queued_meanwhile(poll, queue, places):
    answer = poll()
    await_waiters(places, 1)

    execution_id = queue()

    assert answer.result(60).json["data"]["execution_id"] == execution_id


def test_of_several_that_wait_one_is_given_the_run(poll, queue, places, cast, dismiss):
    answers = [poll() for _ in range(4)]
    await_waiters(places, 4)

    queue()
    await_waiters(places, 3)
    dismiss()

    statuses = sorted(answer.result(60).status_code for answer in answers)
    assert statuses == [200, 204, 204, 204]
    assert cast.rows(Execution)[0].attempt == 1


def test_ends_with_204_when_the_time_is_over(poll, places):
    began = time.monotonic()

    answer = poll(1).result(60)

    assert (answer.status_code, "Retry-After" in answer.headers) == (204, False)
    assert time.monotonic() - began >= 1
    assert places.taken == 0


def test_one_more_than_half_of_the_threads_is_answered_at_once(poll, no_place):
    answer = poll().result(20)

    assert (answer.status_code, answer.headers["Retry-After"]) == (204, "5")


def test_what_is_queued_is_given_also_when_no_place_is_left(poll, queue, no_place):
    queue()

    assert poll().result(60).status_code == 200


def test_holds_no_connection_while_it_waits(app, poll, places, dismiss):
    with app.app_context():
        pool = db.engine.pool
    answer = poll()
    await_waiters(places, 1)

    # The one that looks for all who wait borrows one for a moment.
    wait_until(lambda: pool.checkedout() == 0, what="no connection is held")

    dismiss()
    assert answer.result(60).headers["Retry-After"] == "5"


def test_ends_at_once_when_the_process_is_to_end(poll, places, dismiss):
    answer = poll()
    await_waiters(places, 1)

    dismiss()

    # Without the header its time would be over.
    ended = answer.result(60)
    assert (ended.status_code, ended.headers["Retry-After"]) == (204, "5")


def test_one_whose_key_is_revoked_is_refused(poll, places, admin, cast, runner):
    answer = poll()
    await_waiters(places, 1)

    admin.delete(f"/api/v1/auth/api-keys/{runner.actor.api_key_id}")

    refused = answer.result(60)
    assert (refused.status_code, refused.json["error"]) == (401, "TOKEN_REVOKED")
    assert cast.rows(ApiKey)[0].revoked_at is not None


def test_one_whose_tenant_is_suspended_is_refused(app, poll, places, cast):
    answer = poll()
    await_waiters(places, 1)

    with app.app_context(), unscoped() as session:
        session.get_one(Tenant, cast.tenant("acme")).is_suspended = True
    # Elsewhere it takes five seconds until this is forgotten.
    cache.forget_all()

    assert answer.result(60).json["error"] == "TENANT_SUSPENDED"
