"""Which queued run of this server is next, and how many of them a host does at once."""

import threading
from datetime import UTC, datetime

import pytest

from app.backups.models import Execution
from app.backups.service import endings, local_runs, runs
from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from tests.backups.test_execution_order import copies, plan_of

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOST = "this-host"


@pytest.fixture
def queue(app, cast):
    """Queues a run of a new job, or a restore from it; gives its id."""

    def add(kind="backup", tenant="acme", **fields):
        job = cast.create_job(tenant, backup_tool="restic", **fields)
        run = Execution(
            job_id=job.id,
            kind=kind,
            trigger="manual",
            runner=job.runner,
            priority=job.priority,
        )
        with app.app_context(), as_tenant(job.tenant_id):
            return runs.add_execution(run, NOW).id

    return add


@pytest.fixture
def claim(app):
    def call(host=HOST, at_most=100):
        with app.app_context(), unscoped():
            found = local_runs.claim_next(f"{host}:1", host, at_most, NOW, 60)
            return found.id if found else None

    return call


def test_the_most_urgent_is_next_and_of_these_the_oldest(queue, claim):
    low, first, second = queue(priority=2), queue(priority=9), queue(priority=9)

    assert [claim() for _ in range(4)] == [first, second, low, None]


def test_restores_stand_in_the_same_line(queue, claim):
    backup, restore = queue(priority=4), queue("restore", priority=6)

    assert [claim(), claim()] == [restore, backup]


def test_what_a_runner_elsewhere_is_to_do_is_not_taken(queue, claim):
    queue(runner="branch", priority=10)

    assert claim() is None


def test_a_host_takes_no_more_than_it_may_do_at_once(queue, claim):
    first, second, third = queue(), queue("restore"), queue()

    assert [claim(at_most=2) for _ in range(3)] == [first, second, None]
    assert claim("another-host", at_most=2) == third


def test_an_ended_run_makes_room(app, cast, queue, claim):
    first, second = queue(), queue()
    assert [claim(at_most=1), claim(at_most=1)] == [first, None]

    with app.app_context(), as_tenant(cast.tenant("acme")):
        endings.settle(first, f"{HOST}:1", endings.Ending("success"), NOW)

    assert claim(at_most=1) == second


def test_a_run_that_was_given_back_is_taken_by_whichever_host(app, cast, queue, claim):
    first = queue()
    claim()
    with app.app_context(), as_tenant(cast.tenant("acme")):
        endings.give_back(first, f"{HOST}:1", NOW)

    assert claim("another-host") == first
    (row,) = cast.rows(Execution)
    assert (row.engine_host, row.engine_pid, row.attempt) == ("another-host", None, 2)


def test_claimers_at_once_keep_to_the_limit_and_take_each_run_once(queue, claim):
    queued = [queue() for _ in range(6)]
    gate, taken = threading.Barrier(8), []

    def work():
        gate.wait()
        taken.append(claim(at_most=4))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one for one in taken if one is not None) == queued[:4]


def test_what_waits_is_found_in_its_index(app, reporter, job):
    reporter.post("/api/backup/status", {"job_id": job.id, "execution_result": "success"})
    with app.app_context():
        engine = db.engine
        statement = local_runs.waiting().compile(
            engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )

        plan = plan_of(app, str(statement), (), rows=copies(engine, Execution, {}))

    assert "ix_executions_waiting" in plan


def test_a_worker_does_what_is_most_urgent_and_then_the_rest(app, stage, cast, sources):
    # A source that is not there ends a run at once.
    missing = str(sources / f"missing-{cast.tenant('acme')}")
    low, high = (stage.job(source_path=missing, priority=priority) for priority in (1, 10))
    message, urgent = stage.queue(low), stage.queue(high)

    with app.app_context():
        app.extensions["queues"].tasks["backups.run_execution"].call_local(message)

    done = sorted(cast.rows(Execution), key=lambda run: run.started_at)
    assert [run.id for run in done] == [urgent, message]
    assert [run.error_code for run in done] == ["SOURCE_NOT_FOUND"] * 2
