"""Several schedulers at once: each lost run is failed once, and no foreign process is touched."""

import socket
import subprocess
import threading
from datetime import timedelta

import psutil
import pytest

from app.admin import scheduling
from app.backups.models import Execution
from app.backups.service import runs
from app.backups.service.sweeping import fail_lost, hand_over
from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant
from app.events.models import Event
from tests.support.house import house_process, queue_run, read
from tests.support.processes import wait_until

LOST = 8


def test_two_schedulers_fail_a_lost_run_once_and_queue_one_retry(app, cast, house):
    with house_process("scheduler", house) as one, house_process("scheduler", house) as two:
        lost = [lose_run(app, cast, cast.create_job(max_retries=1)) for _ in range(LOST)]
        wait_until(
            lambda: all(read(app, each).status == "failed" for each in lost),
            output=one.output,
        )
        # A line is written after the commit that it tells of: only the end has them all.
        one.stop()
        two.stop()
        said = one.output() + two.output()

    failures = [event for event in cast.rows(Event) if event.type == "backup.failed"]
    retries = [row for row in cast.rows(Execution) if row.retry_of is not None]
    assert (len(failures), len(retries)) == (LOST, LOST)
    assert said.count('"execution_lost"') == LOST


def test_two_sweepers_at_once_send_one_message_a_row(app, cast, operator):
    for _ in range(LOST):
        queue_run(operator, cast.create_job())
    later = clock.utcnow() + timedelta(hours=1)

    sent = at_once(app, lambda: hand_over(later, 0, 1))

    assert sorted(sent) == [0, LOST]


def test_two_sweepers_at_once_fail_a_lost_run_once(app, cast):
    execution_id = lose_run(app, cast, cast.create_job())

    failed = at_once(app, lambda: fail_lost(clock.utcnow()))

    assert sorted(failed) == [0, 1]
    assert read(app, execution_id).error_code == "RUNNER_LOST"


def test_a_process_of_another_host_is_left_alone(app, cast, job, sleeper):
    execution_id = lose_run(app, cast, job, host="elsewhere", process=sleeper)

    with app.app_context():
        scheduling.sweep()

    assert read(app, execution_id).status == "failed"
    assert sleeper.poll() is None


def test_an_engine_left_behind_on_this_host_is_ended(app, cast, job, sleeper):
    execution_id = lose_run(app, cast, job, host=socket.gethostname(), process=sleeper)

    with app.app_context():
        scheduling.sweep()

    assert read(app, execution_id).status == "failed"
    assert sleeper.wait(60) != 0


def test_a_process_that_took_over_the_number_is_left_alone(app, cast, job, sleeper):
    execution_id = lose_run(app, cast, job, host=socket.gethostname(), process=sleeper, off_by=60)

    with app.app_context():
        scheduling.sweep()

    assert read(app, execution_id).status == "failed"
    assert sleeper.poll() is None


def test_a_run_that_is_kept_is_not_failed(app, cast, job):
    execution_id = lose_run(app, cast, job, lease_seconds=60)

    with app.app_context():
        scheduling.sweep()

    assert read(app, execution_id).status == "running"


@pytest.fixture
def sleeper():
    """A process that stands for an engine."""
    process = subprocess.Popen(["sleep", "120"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def lose_run(app, cast, job, *, host=None, process=None, off_by=0.0, lease_seconds=-1.0):
    """Leave a run behind as a killed worker does."""
    tenant_id = cast.tenant("acme")
    with app.app_context(), as_tenant(tenant_id):
        row = runs.add_execution(Execution(job_id=job.id, trigger="manual"), clock.utcnow())
        execution_id = row.id
        # In the same transaction, so that no scheduler ever sees it without its engine.
        row.status, row.lease_owner = "running", "worker"
        row.started_at = clock.utcnow()
        row.lease_until = clock.utcnow() + timedelta(seconds=lease_seconds)
        if process is not None:
            row.engine_host, row.engine_pid = host, process.pid
            row.engine_started_at = psutil.Process(process.pid).create_time() - off_by
        db.session.flush()
    return execution_id


def at_once(app, call):
    """What two threads get that do the same at the same moment."""
    gate, results = threading.Barrier(2, timeout=60), []

    def run():
        with app.app_context():
            gate.wait()
            results.append(call())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
