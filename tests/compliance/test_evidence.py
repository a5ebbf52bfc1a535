"""Where a job's copies lie and what was proven of them, as the assessment sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.backups.models import BackupCopy, BackupJob, Execution
from app.compliance.service.evidence import evidence_of
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from app.events.service import Fact
from app.events.values import STORAGE_CHANGED
from app.storage.models import StorageProvider
from tests.compliance.conftest import AWAY


@pytest.fixture
def evidence(app, cast):
    """What is known of a job."""

    def call(job):
        with app.app_context(), as_tenant(job.tenant_id):
            return evidence_of([job.id])[job.id]

    return call


@pytest.fixture
def set_provider(app, job):
    """Change the storage of the job, past what people may do."""

    def call(**values):
        with app.app_context(), unscoped() as session:
            session.execute(update(StorageProvider).values(**values))

    return call


@pytest.fixture
def add_run(app, job):
    """A backup of the job that ended so long ago."""

    def call(status, minutes_ago, kind="backup"):
        at = clock.utcnow() - minutes_ago * timedelta(minutes=1)
        with app.app_context(), as_tenant(job.tenant_id) as session:
            session.add(
                Execution(
                    job_id=job.id,
                    kind=kind,
                    status=status,
                    trigger="manual",
                    execution_date=at,
                    finished_at=at,
                )
            )
            session.flush()

    return call


def test_the_jobs_own_repository_lies_where_its_storage_lies_now(job, evidence, set_provider):
    set_provider(location_type="cloud", provider_type="s3")

    (copy,) = evidence(job).copies

    assert (copy.is_system, copy.location_type, copy.media_type) == (True, "cloud", "cloud")


@pytest.mark.parametrize(
    ("is_claimed", "is_proven", "found"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, None),
        (False, True, True),
        (False, None, False),
    ],
)
def test_immutability_is_known_only_when_it_was_tried(
    job, evidence, set_provider, is_claimed, is_proven, found
):
    set_provider(is_immutable=is_claimed, immutability_proven=is_proven)

    assert evidence(job).copies[0].is_immutable is found


def test_immutability_of_a_copy_without_a_storage_is_a_claim(veeam_job, evidence, add_copy):
    add_copy(veeam_job, AWAY, is_immutable=True)

    assert evidence(veeam_job).copies[0].is_immutable is None


def test_the_latest_run_that_tells_anything_counts(job, evidence, add_run):
    add_run("failed", 30)
    add_run("success", 20)
    add_run("cancelled", 10)
    add_run("failed", 5, kind="restore")

    assert evidence(job).run.status == "success"


@pytest.mark.parametrize(
    ("fields", "is_verifiable"),
    [
        ({}, True),
        ({"backup_tool": "veeam"}, False),
        ({"runner": "db1"}, False),
    ],
)
def test_what_lies_out_of_reach_cannot_be_verified(cast, evidence, fields, is_verifiable):
    assert evidence(cast.create_job(**fields)).is_verifiable is is_verifiable


def test_a_runners_job_in_a_bucket_can_be_verified(cast, evidence, set_provider):
    job = cast.create_job(runner="db1")
    set_provider(provider_type="s3", location_type="cloud")

    assert evidence(job).is_verifiable


def test_a_storage_that_changed_lets_every_job_on_it_be_assessed(
    app, cast, job, report, set_provider, settle
):
    report(job)
    with app.app_context(), unscoped() as session:
        session.execute(update(BackupCopy).values(status="success", last_backup_at=clock.utcnow()))
    settle(job, "fffff")
    set_provider(location_type="offline")

    with app.app_context(), as_tenant(job.tenant_id) as session:
        provider_id = session.get_one(BackupJob, job.id).storage_id
        fact = Fact(STORAGE_CHANGED, "t", clock.utcnow(), "storage_provider", provider_id)
        events.record(fact, tenant_id=job.tenant_id)

    settle(job, "ffftf")
