"""A suspended tenant: nothing of its work is begun or told, and it goes on where it stood."""

from datetime import timedelta

import pytest

from app.backups.models import Execution
from app.backups.service import local_runs, sweeping
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.runners.models import Runner
from app.runners.service import losing
from app.storage.models import StorageProvider
from app.storage.service import checking
from app.tenants import service as tenants
from app.verification.models import Verification
from app.verification.service import claims, schedules
from app.verification.service import sweeping as verification_sweeping
from tests.support.rows import keep_run


@pytest.fixture
def suspend(app, cast):
    def call():
        with app.app_context(), unscoped():
            tenants.suspend_tenant(cast.tenant("acme"))

    return call


@pytest.fixture
def resume(app, cast):
    def call():
        with app.app_context(), unscoped():
            tenants.resume_tenant(cast.tenant("acme"))

    return call


@pytest.fixture
def do(app):
    """Do a step of the background, an hour from now unless told otherwise."""

    def call(work, *arguments, after=timedelta(hours=1)):
        with app.app_context():
            return work(clock.utcnow() + after, *arguments)

    return call


def claim_run(now):
    with unscoped():
        found = local_runs.claim_next("host:1", "host", 5, now, 60)
        return found.id if found else None


def claim_verification(now, verification_id):
    with unscoped():
        return claims.claim(verification_id, "host:1", now, 60) is not None


def test_a_queued_run_waits_and_is_taken_once_it_is_let_in_again(
    operator, job, suspend, resume, do
):
    run = operator.post(f"/api/v1/backups/{job.id}/run", {}).json["data"]["id"]
    suspend()

    before = do(claim_run)
    resume()

    assert (before, do(claim_run)) == (None, run)


def test_the_runs_of_others_are_taken_meanwhile(operator, job, cast, suspend, do):
    operator.post(f"/api/v1/backups/{job.id}/run", {})
    theirs = keep_run_of_globex(cast)
    suspend()

    assert [do(claim_run), do(claim_run)] == [theirs, None]


def keep_run_of_globex(cast):
    job = cast.create_job(tenant="globex")
    now = clock.utcnow()
    with cast.app.app_context(), as_tenant(cast.tenant("globex")) as session:
        given = {"status": "queued", "trigger": "manual", "execution_date": now, "priority": 1}
        run = Execution(job_id=job.id, **given)
        session.add(run)
        session.flush()
        return run.id


def test_no_message_is_sent_for_what_waits(operator, job, suspend, do):
    operator.post(f"/api/v1/backups/{job.id}/run", {})
    suspend()

    assert do(sweeping.hand_over, 0, 15.0) == 0


def test_a_queued_verification_waits(operator, job, cast, suspend, resume, do):
    keep_run(cast, job.id)
    queued = operator.post(f"/api/v1/verify/{job.id}", {"test_type": "integrity"})
    verification_id = queued.json["data"]["id"]
    suspend()

    assert do(verification_sweeping.hand_over, 0, 15.0) == 0
    assert not do(claim_verification, verification_id)
    resume()
    assert do(claim_verification, verification_id)


def test_a_scheduled_verification_comes_once_when_it_is_let_in_again(
    operator, job, cast, suspend, resume, do
):
    keep_run(cast, job.id)
    body = {"backup_id": job.id, "test_type": "integrity", "frequency": "quarterly"}
    operator.post("/api/v1/verify/schedules", body)
    suspend()
    queued = [do(schedules.queue_due, after=timedelta(days=200))]
    resume()

    queued += [do(schedules.queue_due, after=timedelta(days=200)) for _ in range(2)]

    assert (queued, len(cast.rows(Verification))) == ([0, 1, 0], 1)


def test_its_storage_is_not_looked_at(app, cast, suspend, do):
    suspend()

    assert do(checking.claim_due, lambda *_: None) == 0
    assert cast.rows(StorageProvider)[0].check_due_at is None


def test_its_runner_gets_no_work_and_is_not_missed(operator, cast, suspend, do):
    job = cast.create_job(runner=cast.runner().username)
    operator.post(f"/api/v1/backups/{job.id}/run", {})
    suspend()

    refused = cast.runner().post("/api/v1/runners/claim", {})

    assert (refused.status_code, refused.json["error"]) == (403, "TENANT_SUSPENDED")
    assert (do(losing.tell_lost), cast.rows(Runner)[0].lost_at) == (0, None)
    assert [run.status for run in cast.rows(Execution)] == ["queued"]
