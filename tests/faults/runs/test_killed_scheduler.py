"""A scheduler that is killed amid due jobs: each is started once, by it or by another."""

import signal
from contextlib import contextmanager
from datetime import timedelta

from app.backups.models import BackupJob, Execution
from app.core import clock
from app.core.db import db
from app.core.queue import queues
from app.core.tenancy import unscoped
from tests.support.house import await_status, house_process
from tests.support.processes import wait_until

DUE_JOBS = 60


def test_each_due_job_is_started_once_though_one_of_two_schedulers_is_killed_amid_them(
    app, cast, house, ledger
):
    jobs = [make_due(app, cast, runner="elsewhere") for _ in range(DUE_JOBS)]
    marks = {job.id: ledger.open("due") for job in jobs}

    with house_process("scheduler", house) as survivor, house_process("scheduler", house) as victim:
        wait_until(lambda: started(cast), seconds=120, output=victim.output)
        with writers_held(app):
            victim.process.send_signal(signal.SIGKILL)
            victim.process.wait()
        wait_until(lambda: len(started(cast)) >= DUE_JOBS, seconds=120, output=survivor.output)
        # What came due together is attended to within one round: the next would show a double.
        make_due(app, cast, job=jobs[0])
        last = make_due(app, cast, runner="elsewhere")
        wait_until(lambda: last.id in started(cast), seconds=120, output=survivor.output)

    # To fall due is what asks for a run here, and nobody but the scheduler answers for it.
    for mark in marks.values():
        ledger.acknowledge(mark)
    tally = ledger.settle(marks[job_id] for job_id in started(cast) if job_id in marks)
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (60, 60, 0, 0)
    assert {run.trigger for run in cast.rows(Execution)} == {"schedule"}


def test_what_a_killed_scheduler_queued_is_handed_over_by_the_next(app, cast, house):
    job = make_due(app, cast)
    forbid_source(app, job)
    with house_process("scheduler", house) as scheduler:
        wait_until(lambda: len(cast.rows(Execution)) == 1, seconds=120, output=scheduler.output)
        scheduler.process.send_signal(signal.SIGKILL)
        scheduler.process.wait()
    # As if it had died before the message left.
    with app.app_context():
        queues().runs.flush()

    with house_process("worker", house) as worker, house_process("scheduler", house):
        done = await_status(app, cast.rows(Execution)[0].id, "failed", worker, seconds=120)

    assert (done.job_id, done.attempt, done.error_code) == (job.id, 1, "NOT_ALLOWED")
    assert len(cast.rows(Execution)) == 1


def started(cast):
    return [run.job_id for run in cast.rows(Execution)]


@contextmanager
def writers_held(app):
    """Nobody writes an execution meanwhile: whoever starts due jobs stands still amid them."""
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("BEGIN; LOCK TABLE executions IN EXCLUSIVE MODE")
        else:
            connection.begin()
        yield
        connection.exec_driver_sql("ROLLBACK")


def make_due(app, cast, job=None, **fields):
    """A daily job whose time has just come, and comes again in half a day at the earliest."""
    at = (clock.utcnow() - timedelta(hours=12)).strftime("%H:%M")
    job = job or cast.create_job(schedule_type="daily", schedule_time=at, **fields)
    due = clock.utcnow() - timedelta(seconds=1)
    with app.app_context(), unscoped():
        times = {"next_run": due, "overdue_at": due + timedelta(hours=1)}
        db.session.query(BackupJob).filter_by(id=job.id).update(times)
    return job


def forbid_source(app, job):
    """A run that ends at once, without restic."""
    with app.app_context(), unscoped():
        db.session.query(BackupJob).filter_by(id=job.id).update({"source_path": "/proc"})
