"""Several schedulers over due jobs, and what is left when a process dies between two steps."""

import signal
from datetime import timedelta

from app.backups.models import BackupJob, Execution
from app.core import clock
from app.core.db import db
from app.core.queue import queues
from app.core.tenancy import unscoped
from tests.support.house import await_status, house_process
from tests.support.processes import wait_until

DUE_JOBS = 20


def test_two_schedulers_start_each_due_job_once(app, cast, house):
    jobs = [make_due(app, cast, runner="elsewhere") for _ in range(DUE_JOBS)]

    with house_process("scheduler", house) as one, house_process("scheduler", house) as two:
        wait_until(lambda: len(cast.rows(Execution)) >= DUE_JOBS, seconds=120, output=one.output)
        # What came due together is attended to within one round: the next would show a double.
        make_due(app, cast, job=jobs[0])
        last = make_due(app, cast, runner="elsewhere")
        wait_until(
            lambda: last.id in [run.job_id for run in cast.rows(Execution)],
            seconds=120,
            output=two.output,
        )

    started = [run.job_id for run in cast.rows(Execution)]
    assert sorted(started) == [job.id for job in (*jobs, last)]
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
