"""Messages are hints: lost, doubled or senseless ones change nothing, and they do not pile up."""

from app.admin import scheduling
from app.backups import background
from app.backups.models import Execution
from app.backups.service import endings, runs
from app.backups.service.sweeping import hand_over
from app.core import clock
from app.core.db import db
from app.core.queue import queues
from app.core.tenancy import as_tenant, unscoped
from tests.support.house import await_status, house_process, queue_run, read
from tests.support.processes import wait_until

NO_SUCH_ID = 9_000_000


def test_a_lost_message_is_sent_again_by_the_sweeper(app, operator, job, house):
    execution_id = queue_run(operator, job)
    with app.app_context():
        queues().runs.flush()

    with house_process("worker", house) as worker, house_process("scheduler", house):
        done = await_status(app, execution_id, "success", worker)

    assert done.attempt == 1


def test_a_message_that_comes_twice_to_two_workers_makes_one_run(app, operator, job, house):
    with house_process("worker", house) as one, house_process("worker", house) as two:
        execution_id = queue_run(operator, job)
        send_again(app, execution_id, times=6)
        done = await_status(app, execution_id, "success", one)
        await_empty_queue(app, one)
        starts = (one.output() + two.output()).count("execution_started")

    assert (done.attempt, starts) == (1, 1)


def test_messages_for_a_final_a_cancelled_and_an_unknown_execution_do_nothing(
    app, cast, operator, job, house
):
    cancelled = queue_run(operator, job)
    assert operator.post(f"/api/v1/executions/{cancelled}/cancel").status_code == 200
    final = make_final(app, cast, job)
    send_again(app, final)
    send_again(app, NO_SUCH_ID)

    with house_process("worker", house) as worker:
        await_empty_queue(app, worker)
        said = worker.output()

    assert [row.status for row in cast.rows(Execution)] == ["cancelled", "success"]
    assert "execution_started" not in said
    assert "Traceback" not in said


def test_a_backlog_does_not_pile_up_messages_while_nobody_works(app, cast, operator):
    for _ in range(3):
        queue_run(operator, cast.create_job())

    counts = []
    for _ in range(4):
        with app.app_context():
            make_stale(app)
            scheduling.sweep()
            counts.append(queues().runs.pending_count())

    assert counts == [3, 3, 3, 3]


def test_rows_handed_over_a_moment_ago_are_left_alone(app, operator, job):
    queue_run(operator, job)

    with app.app_context():
        queues().runs.flush()
        sent = hand_over(clock.utcnow(), 0, 60)

    assert sent == 0


def test_what_a_runner_elsewhere_waits_for_is_never_sent(app, cast, operator):
    job = cast.create_job(runner="branch-office")
    execution_id = queue_run(operator, job)

    with app.app_context():
        make_stale(app)
        sent = hand_over(clock.utcnow(), 0, 1)

    assert sent == 0
    assert read(app, execution_id).status == "queued"


def send_again(app, execution_id, times=1):
    with app.app_context():
        for _ in range(times):
            background.enqueue(execution_id)


def await_empty_queue(app, worker):
    with app.app_context():
        wait_until(lambda: queues().runs.pending_count() == 0, output=worker.output)


def make_stale(app):
    with unscoped():
        db.session.query(Execution).update(
            {"handed_at": None, "created_at": clock.parse_wire("2025-01-01T00:00:00Z")}
        )


def make_final(app, cast, job):
    tenant_id = cast.tenant("acme")
    with app.app_context(), as_tenant(tenant_id):
        row = Execution(job_id=job.id, trigger="manual")
        execution_id = runs.add_execution(row, clock.utcnow()).id
    with app.app_context(), unscoped():
        runs.claim(execution_id, "worker", clock.utcnow(), 60)
    with app.app_context(), as_tenant(tenant_id):
        endings.settle(execution_id, "worker", endings.Ending("success"), clock.utcnow())
    return execution_id
