"""A worker that is killed: its run is failed and tried again, and its repository stays usable."""

import os
import secrets
import signal

import pytest

import config
from tests.support.house import await_engine, house_process, is_gone
from tests.support.processes import wait_until
from tests.support.run_ledger import locks_of


def test_a_repository_whose_prune_was_killed_is_used_by_the_next_run_without_a_hand(
    own_runs, make_job, house, short_lease, throttle
):
    job = make_job(excludes=[secrets.token_hex(250) for _ in range(80)])
    throttle.slow_down_forgetting()
    lost = own_runs.ask(job)

    with house_process("scheduler", house):
        with house_process("worker", short_lease) as worker:
            restic = await_engine(worker, "forget")
            wait_until(lambda: locks_of(job), output=worker.output)
            # Frozen, it cannot take its lock away when the sweeper asks it to end.
            restic.suspend()
            worker.process.kill()
            own_runs.await_ends(worker)
            left_locked = locks_of(job)
        throttle.speed_up()
        with house_process("worker", house) as worker:
            again = own_runs.ask(job)
            rows = own_runs.await_ends(worker)

    assert (rows[lost].status, rows[lost].error_code) == ("failed", "RUNNER_LOST")
    assert left_locked
    assert (rows[again].status, rows[again].error_code) == ("success", None)
    assert is_gone(restic)
    assert locks_of(job) == []


def test_a_run_whose_worker_is_killed_before_its_engine_begins_is_tried_again(
    own_runs, make_job, house, short_lease, killer
):
    lost = own_runs.ask(make_job(max_retries=1))

    with house_process("scheduler", house):
        with house_process("worker", {**short_lease, "PATH": killer}) as worker:
            code = worker.process.wait(120)
        with house_process("worker", house) as worker:
            rows = own_runs.await_ends(worker)

    tally = own_runs.settle()
    assert code == -signal.SIGKILL
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (1, 1, 0, 0)
    assert (rows[lost].error_code, rows[lost].attempt) == ("RUNNER_LOST", 1)
    assert [(row.retry_of, row.status) for row in rows.values()] == [
        (None, "failed"),
        (lost, "success"),
    ]


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
