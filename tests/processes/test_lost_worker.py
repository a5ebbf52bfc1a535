"""A worker that is killed: its run is failed and tried again, and its repository stays usable."""

import os
import secrets
import signal
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

import config
from app.backups.models import BackupJob, Execution
from app.core.db import db
from app.core.tenancy import unscoped
from tests.support.house import (
    await_engine,
    await_status,
    house_process,
    is_gone,
    queue_run,
    read,
)
from tests.support.processes import wait_until


def test_a_run_whose_worker_is_killed_fails_and_its_retry_succeeds(
    app, operator, slow_job, house, short_lease, throttle
):
    execution_id = queue_run(operator, slow_job)
    with house_process("scheduler", house):
        with house_process("worker", short_lease) as worker:
            restic = await_engine(worker, "backup")
            await_progress(app, execution_id, worker)
            worker.process.kill()
            lost = await_status(app, execution_id, "failed", worker)
        throttle.speed_up()
        with house_process("worker", house) as worker:
            retry = await_status(app, find_retry(app, execution_id), "success", worker)

    assert is_gone(restic)
    assert lost.error_code == "RUNNER_LOST"
    assert (retry.trigger, retry.retry_number, retry.attempt) == ("retry", 1, 1)
    assert read_job(app, slow_job.id).consecutive_failures == 0


def test_a_repository_whose_prune_was_killed_is_used_by_the_next_run_without_a_hand(
    app, cast, operator, house, short_lease, throttle
):
    job = cast.create_job(excludes=[secrets.token_hex(250) for _ in range(80)])
    throttle.slow_down_forgetting()
    execution_id = queue_run(operator, job)

    with house_process("scheduler", house):
        with house_process("worker", short_lease) as worker:
            restic = await_engine(worker, "forget")
            wait_until(lambda: locks_of(app, job.id), output=worker.output)
            # Frozen, it cannot take its lock away when the sweeper asks it to end.
            restic.send_signal(signal.SIGSTOP)
            worker.process.kill()
            lost = await_status(app, execution_id, "failed", worker)
            assert locks_of(app, job.id)
        throttle.speed_up()
        with house_process("worker", house) as worker:
            again = await_status(app, queue_run(operator, job), "success", worker)

    assert lost.error_code == "RUNNER_LOST"
    assert (again.error_code, again.files_total) == (None, 1)
    assert is_gone(restic)
    assert locks_of(app, job.id) == []


def test_a_run_whose_worker_is_killed_before_its_engine_begins_is_tried_again(
    app, cast, operator, house, short_lease, killer
):
    job = cast.create_job(max_retries=1)
    execution_id = queue_run(operator, job)

    with house_process("scheduler", house) as scheduler:
        with house_process("worker", {**short_lease, "PATH": killer}) as worker:
            lost = await_status(app, execution_id, "failed", scheduler)
            code = worker.process.wait(60)
        with house_process("worker", house) as worker:
            retry = await_status(app, find_retry(app, execution_id), "success", worker)

    assert code == -signal.SIGKILL
    assert (lost.error_code, lost.attempt, lost.snapshot_id) == ("RUNNER_LOST", 1, None)
    assert (retry.trigger, retry.files_total) == ("retry", 1)


def test_a_lost_run_is_failed_within_90_seconds_by_the_defaults(environ):
    defaults = config.load(
        {name: text for name, text in environ.items() if not name.endswith("_SECONDS")}
    )

    # A lease was renewed at the latest just before the death; a sweep may just have passed.
    longest_seconds = defaults["LEASE_SECONDS"] + defaults["SWEEP_SECONDS"]
    assert longest_seconds + 10 <= 90


@pytest.fixture
def killer(throttle, tmp_path):
    """A PATH whose restic kills the worker that starts it, and does nothing else."""
    folder = tmp_path / "killer"
    folder.mkdir()
    program = folder / "restic"
    program.write_text('#!/bin/sh\nkill -KILL "$PPID"\n')
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{throttle.path}"


def await_progress(app, execution_id, worker):
    wait_until(lambda: (read(app, execution_id).bytes_done or 0) > 0, output=worker.output)
    row = read(app, execution_id)
    assert psutil.pid_exists(row.engine_pid)


def find_retry(app, execution_id):
    with app.app_context(), unscoped(read_only=True):
        return db.session.scalars(
            select(Execution.id).where(Execution.retry_of == execution_id)
        ).one()


def read_job(app, job_id):
    with app.app_context(), unscoped(read_only=True):
        return db.session.get_one(BackupJob, job_id)


def locks_of(app, job_id):
    location = read_job(app, job_id).repository_location
    # restic writes a lock under another name first; only under its own does it hold anything.
    return (
        [path for path in (Path(location) / "locks").iterdir() if "-tmp-" not in path.name]
        if location
        else []
    )
