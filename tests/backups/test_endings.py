"""An execution comes to its end whatever goes wrong around it, and an accepted cancel is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.backups.models import BackupJob, Execution
from app.backups.service import endings, runs, sweeping
from app.backups.service.endings import Ending
from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant, unscoped
from tests.support.raw import owners_engine

OWNER = "worker"
REFUSING = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE UPDATE ON executions WHEN NEW.status = 'success' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE check_violation; END $$",
        "CREATE TRIGGER refuse BEFORE UPDATE ON executions FOR EACH ROW "
        "WHEN (NEW.status = 'success') EXECUTE FUNCTION refuse()",
    ],
}
TAKING = {
    "sqlite": ["DROP TRIGGER refuse"],
    "postgresql": ["DROP TRIGGER refuse ON executions", "DROP FUNCTION refuse"],
}

FORBIDDING = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE UPDATE OF next_run ON backup_jobs "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    ],
    "postgresql": [
        REFUSING["postgresql"][0],
        "CREATE TRIGGER refuse BEFORE UPDATE OF next_run ON backup_jobs FOR EACH ROW "
        "EXECUTE FUNCTION refuse()",
    ],
}
ALLOWING = {
    "sqlite": TAKING["sqlite"],
    "postgresql": ["DROP TRIGGER refuse ON backup_jobs", "DROP FUNCTION refuse"],
}


@pytest.fixture
def taken(app, stage):
    """Queue a run of a job, and claim it as a worker whose lease ends in a minute, or has ended."""

    def take(job, lease_seconds=60):
        execution_id = stage.queue(job)
        with app.app_context(), unscoped():
            runs.claim(execution_id, OWNER, clock.utcnow(), lease_seconds)
        return execution_id

    return take


@pytest.fixture
def settle(app, cast):
    def call(execution_id, ending):
        with app.app_context(), as_tenant(cast.tenant("acme")):
            return endings.settle(execution_id, OWNER, ending, clock.utcnow())

    return call


@pytest.fixture
def untold(app):
    """A database that takes no word of a job's next run."""
    with app.app_context():
        run_all(FORBIDDING)
    yield
    with app.app_context():
        run_all(ALLOWING)


@pytest.fixture
def due_job(stage, cast):
    """A job whose time has just come."""
    job = cast.create_job(schedule_type="daily", schedule_time="02:00", max_retries=1)
    due = clock.utcnow() - timedelta(minutes=1)
    overdue_at = due + timedelta(minutes=job.grace_minutes)
    stage.change(BackupJob, job.id, next_run=due, overdue_at=overdue_at)
    return job


@pytest.fixture
def refused(app):
    """A database that takes no execution's success."""
    with app.app_context():
        run_all(REFUSING)
    yield
    with app.app_context():
        run_all(TAKING)


def run_all(statements):
    with owners_engine().begin() as connection:
        for statement in statements[db.engine.dialect.name]:
            connection.execute(text(statement))


def test_a_success_that_its_job_cannot_be_told_of_is_a_warning(
    stage, cast, taken, settle, due_job, untold
):
    execution_id = taken(due_job)
    due = cast.rows(BackupJob)[0].next_run

    assert settle(execution_id, Ending("success", facts={"snapshot_id": "4f1c2d3e"}))

    row, (job,) = stage.execution(execution_id), cast.rows(BackupJob)
    assert (row.status, row.error_code) == ("warning", "INTERNAL_ERROR")
    assert (row.snapshot_id, row.lease_owner) == ("4f1c2d3e", None)
    assert (job.last_result, job.last_success_at) == ("warning", row.finished_at)
    assert job.next_run == due
    assert cast.events() == ["backup.started", "backup.warned"]


def test_a_failure_that_its_job_cannot_be_told_of_keeps_its_reason(
    stage, cast, taken, settle, due_job, untold
):
    execution_id = taken(due_job)

    assert settle(execution_id, Ending("failed", "NO_SPACE", "The disk is full."))

    row, retry = cast.rows(Execution)
    assert (row.status, row.error_code) == ("failed", "NO_SPACE")
    assert (retry.status, retry.retry_of) == ("queued", execution_id)
    assert cast.rows(BackupJob)[0].consecutive_failures == 1


def test_a_run_whose_end_the_database_refuses_is_ended_all_the_same(stage, refused):
    done = stage.run(stage.job())

    assert (done.status, done.error_code) == ("failed", "INTERNAL_ERROR")
    assert done.lease_owner is None


def test_a_lost_run_that_cannot_be_planned_leaves_the_others_their_turn(
    app, stage, cast, taken, due_job, untold
):
    lost = [taken(job, lease_seconds=-1) for job in (due_job, cast.create_job())]

    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 2

    assert [stage.execution(each).error_code for each in lost] == ["RUNNER_LOST"] * 2


def test_a_lost_run_whose_retry_cannot_be_queued_is_failed(app, stage, cast, taken):
    job = cast.create_job(max_retries=1)
    execution_id = taken(job, lease_seconds=-1)
    with app.app_context(), unscoped() as session:
        session.execute(text("UPDATE backup_jobs SET repository_password = 'no token'"))

    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 1

    assert stage.execution(execution_id).status == "failed"


def test_a_lost_run_whose_cancel_was_accepted_is_cancelled(app, stage, cast, taken):
    execution_id = taken(cast.create_job(max_retries=1), lease_seconds=-1)
    stage.operator.post(f"/api/v1/executions/{execution_id}/cancel")

    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 1

    (row,) = cast.rows(Execution)
    assert (row.status, row.error_code) == ("cancelled", None)


def test_a_failed_run_whose_cancel_was_accepted_is_not_tried_again(stage, cast, taken, settle):
    execution_id = taken(cast.create_job(max_retries=1))
    stage.operator.post(f"/api/v1/executions/{execution_id}/cancel")

    assert settle(execution_id, Ending("failed", "NO_SPACE"))

    assert [row.status for row in cast.rows(Execution)] == ["failed"]


def test_a_run_given_back_after_its_cancel_was_accepted_is_cancelled(app, stage, cast, taken, job):
    execution_id = taken(job)
    stage.operator.post(f"/api/v1/executions/{execution_id}/cancel")

    with app.app_context(), as_tenant(cast.tenant("acme")):
        assert endings.give_back(execution_id, OWNER, clock.utcnow())

    row = stage.execution(execution_id)
    assert (row.status, row.lease_owner) == ("cancelled", None)
    assert cast.events() == ["backup.started", "backup.cancelled"]


def test_a_run_of_another_worker_is_not_given_back(app, stage, cast, taken, job):
    execution_id = taken(job)

    with app.app_context(), as_tenant(cast.tenant("acme")):
        later = clock.utcnow() + timedelta(seconds=1)
        assert not endings.give_back(execution_id, "another", later)

    assert stage.execution(execution_id).status == "running"
