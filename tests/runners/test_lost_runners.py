"""Runs of silent runners are failed, and their silence is told once, as is their return."""

from datetime import timedelta
from threading import Thread

import pytest

from app.backups.models import Execution
from app.core import clock
from app.events.models import Event
from app.runners.models import Runner
from app.runners.service import losing

CLAIM = "/api/v1/runners/claim"
SILENCE = timedelta(seconds=185)


@pytest.fixture
def fall_silent(cast, change):
    """Let the runner's last word lie three minutes back."""

    def call():
        then = clock.utcnow() - SILENCE
        for runner in cast.rows(Runner):
            change(Runner, runner.id, last_seen_at=then)
        for run in cast.rows(Execution):
            if run.lease_until is not None:
                change(Execution, run.id, lease_until=clock.utcnow() - timedelta(seconds=5))

    return call


@pytest.fixture
def sweep(app):
    """Do the scheduler's steps for runners, in the order in which they are registered."""
    steps = app.extensions["background_steps"]
    ours = [step.work for step in steps if step.work.__module__ == losing.__name__]
    assert len(ours) == 3

    def call():
        with app.app_context():
            for work in ours:
                work(clock.utcnow())

    return call


def test_its_run_is_failed_and_tried_again_where_the_job_allows(
    claimed, fall_silent, sweep, cast, runner
):
    claimed(max_retries=1)
    fall_silent()

    sweep()

    lost, retry = cast.rows(Execution)
    assert (lost.status, lost.error_code) == ("failed", "RUNNER_LOST")
    assert (retry.status, retry.trigger, retry.runner) == ("queued", "retry", "branch-office")
    assert cast.events() == ["backup.started", "runner.lost", "backup.failed"]
    assert runner.post(CLAIM, {}).json["data"]["execution_id"] == retry.id


def test_is_told_once_and_once_more_when_it_is_back(claimed, fall_silent, sweep, cast, runner):
    claimed(max_retries=1)
    fall_silent()
    for _ in range(2):
        sweep()
    runner.post(CLAIM, {})
    for _ in range(2):
        sweep()

    told = [event for event in cast.rows(Event) if event.type.startswith("runner.")]
    assert [event.type for event in told] == ["runner.lost", "runner.back"]
    assert [event.severity for event in told] == ["high", "info"]
    (row,) = cast.rows(Runner)
    assert {event.subject_id for event in told} == {row.id}
    assert row.lost_at is None


def test_is_missed_when_runs_wait_for_it(queue, runner, change, cast, sweep):
    queue()
    (row,) = cast.rows(Runner)
    change(Runner, row.id, created_at=clock.utcnow() - SILENCE)

    sweep()

    assert cast.events() == ["runner.lost"]
    assert cast.rows(Execution)[0].status == "queued"


def test_is_not_missed_when_nothing_is_to_be_done(runner, cast, fall_silent, sweep):
    runner.post(CLAIM, {})
    fall_silent()

    sweep()

    assert cast.events() == []


def test_heartbeats_keep_the_run_and_its_runner(claimed, change, cast, sweep, runner):
    execution_id = claimed()
    change(Execution, execution_id, lease_until=clock.utcnow() + timedelta(seconds=1))
    change(Runner, cast.rows(Runner)[0].id, last_seen_at=clock.utcnow() - SILENCE)

    runner.post(f"/api/v1/executions/{execution_id}/heartbeat", {})
    sweep()

    assert cast.rows(Execution)[0].status == "running"
    assert cast.events() == ["backup.started"]


def test_a_claim_whose_answer_was_lost_costs_one_lease(claimed, change, sweep, execution, cast):
    execution_id = claimed()
    change(Execution, execution_id, lease_until=clock.utcnow() - timedelta(seconds=1))

    sweep()

    assert execution(execution_id).error_code == "RUNNER_LOST"


def test_what_was_to_be_cancelled_is_cancelled(claimed, operator, fall_silent, sweep, cast):
    execution_id = claimed(max_retries=1)
    operator.post(f"/api/v1/executions/{execution_id}/cancel")
    fall_silent()

    sweep()

    (run,) = cast.rows(Execution)
    assert run.status == "cancelled"


def test_several_schedulers_at_once_tell_it_once(claimed, fall_silent, sweep, cast):
    claimed(max_retries=1)
    fall_silent()

    threads = [Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(cast.events()) == ["backup.failed", "backup.started", "runner.lost"]
    assert len(cast.rows(Execution)) == 2
