"""What verifications prove, as compliance counts it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.backups.models import BackupCopy
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.events.models import Event
from app.verification.models import Verification
from app.verification.service import endings
from tests.compliance.conftest import AWAY, OFFLINE


@pytest.fixture
def verify(app, job):
    """Let a verification of the job have ended like this, and tell of it as it does itself."""

    def call(status="completed", result="success", days_ago=0):
        at = clock.utcnow() - timedelta(days=days_ago)
        with app.app_context(), as_tenant(job.tenant_id) as session:
            row = Verification(
                job_id=job.id,
                test_type="restore",
                status=status,
                result=result,
                finished_at=at,
                snapshot_id="aaaabbbb",
            )
            session.add(row)
            session.flush()
            endings.tell(row, at)

    return call


@pytest.fixture
def backed_up(app, job, report, add_copy, settle):
    """The job with a run that succeeded and copies enough, and never verified."""
    report(job)
    add_copy(job, AWAY)
    add_copy(job, OFFLINE)
    settle(job, "ttttf")
    return job


def test_a_success_makes_the_job_comply_and_tells_of_it(cast, viewer, backed_up, verify, settle):
    verify()

    settle(backed_up, "ttttt")

    data = viewer.get(f"/api/v1/compliance/{backed_up.id}").json["data"]
    assert (data["status"], data["violated_at"]) == ("compliant", None)
    told = [row.type for row in cast.rows(Event) if row.type.startswith("compliance.")]
    assert told == ["compliance.violated", "compliance.restored"]


@pytest.mark.parametrize(("status", "result"), [("completed", "failed"), ("failed", None)])
def test_a_failure_is_an_error(backed_up, verify, settle, status, result):
    verify(days_ago=1)
    settle(backed_up, "ttttt")

    verify(status, result)

    settle(backed_up, "ttttf")


def test_a_cancelled_one_leaves_what_was_proven(operator, backed_up, verify):
    verify(days_ago=1)
    verify("cancelled", None)

    response = operator.post(f"/api/v1/compliance/{backed_up.id}/check")

    assert response.json["data"]["status"] == "compliant"


def test_a_proof_that_grows_too_old_is_found_without_an_event(
    app, backed_up, verify, settle, state_of
):
    verify()
    settle(backed_up, "ttttt")

    with clock.hold(clock.utcnow() + timedelta(days=90)):
        settle(backed_up, "ttttf")

    assert "is over 90 days old" in state_of(backed_up).digits["errors"]["why"]


def test_a_copy_beyond_its_limit_is_a_warning_and_restores(app, operator, backed_up, verify):
    verify()
    with app.app_context(), unscoped() as session:
        session.execute(update(BackupCopy).values(max_age_hours=1))

    response = operator.post(f"/api/v1/compliance/{backed_up.id}/check")

    assert response.json["data"]["status"] == "warning"


def test_how_long_it_counts_is_the_tenants_own_word_and_holds_at_once(
    admin, cast, backed_up, verify, settle
):
    verify(days_ago=40)
    settle(backed_up, "ttttt")

    admin.put("/api/v1/config/monitoring", {"max_verification_age_days": 30})
    settle(backed_up, "ttttf")
    admin.put("/api/v1/config/monitoring", {"max_verification_age_days": None})
    settle(backed_up, "ttttt")

    told = [row.type for row in cast.rows(Event) if row.type.startswith("compliance.")]
    assert told == ["compliance.violated", "compliance.restored"] * 2
