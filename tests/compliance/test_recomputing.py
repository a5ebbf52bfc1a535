"""A changed run or copy changes the assessment within a round of the scheduler, and not on read."""

from datetime import timedelta

import pytest

from app.backups.models import BackupJob
from app.compliance.models import ComplianceChange
from app.core import clock
from app.core.background import Rounds
from tests.compliance.conftest import AWAY, OFFLINE


@pytest.fixture
def rounds(app):
    """Let the scheduler do all that is due, once."""

    def call():
        with app.app_context():
            Rounds().run()

    return call


def shown(caller, job):
    return caller.get(f"/api/v1/compliance/{job.id}").json["data"]


def test_a_new_job_is_looked_at_and_nothing_is_known_of_it(viewer, job, rounds, cast):
    rounds()

    found = shown(viewer, job)
    assert (found["status"], found["digits"]["copies"]["ok"]) == ("unknown", None)
    assert found["checked_at"] is not None
    assert cast.rows(ComplianceChange) == []


def test_a_reported_run_changes_it_and_reading_does_not(viewer, veeam_job, report, settle):
    report(veeam_job)
    before = shown(viewer, veeam_job)

    settle(veeam_job, "ffffn")

    after = shown(viewer, veeam_job)
    assert (before["status"], after["status"]) == ("unknown", "non_compliant")


def test_a_new_copy_changes_it(viewer, veeam_job, report, add_copy, settle):
    report(veeam_job)
    settle(veeam_job, "ffffn")

    add_copy(veeam_job, AWAY)
    settle(veeam_job, "fttfn")

    digits = shown(viewer, veeam_job)["digits"]
    assert (digits["copies"]["have"], digits["offsite"]["ok"]) == (2, True)


def test_a_changed_copy_changes_it(operator, veeam_job, report, add_copy, settle):
    report(veeam_job)
    copy_id = add_copy(veeam_job, AWAY)
    settle(veeam_job, "fttfn")

    operator.put(f"/api/v1/copies/{copy_id}", {"location_type": "offline"})

    settle(veeam_job, "ftftn")


def test_a_forgotten_copy_changes_it(operator, veeam_job, report, add_copy, settle):
    report(veeam_job)
    copy_id = add_copy(veeam_job, AWAY)
    settle(veeam_job, "fttfn")

    operator.delete(f"/api/v1/copies/{copy_id}")

    settle(veeam_job, "ffffn")


def test_a_reported_copy_changes_it(reporter, veeam_job, report, add_copy, settle):
    report(veeam_job)
    copy_id = add_copy(veeam_job, AWAY)
    settle(veeam_job, "fttfn")

    reporter.post("/api/backup/copy-status", {"copy_id": copy_id, "status": "failed"})

    settle(veeam_job, "ffffn")


def test_a_failed_run_changes_it(veeam_job, report, add_copy, settle):
    add_copy(veeam_job, AWAY)
    add_copy(veeam_job, OFFLINE)
    report(veeam_job)
    settle(veeam_job, "ttttn")

    report(veeam_job, "failed")

    settle(veeam_job, "ttttf")


def test_a_cancelled_run_leaves_it(app, operator, veeam_job, job, settle, state_of, rounds):
    execution_id = operator.post(f"/api/v1/backups/{job.id}/run", {}).json["data"]["execution_id"]
    operator.post(f"/api/v1/executions/{execution_id}/cancel")

    rounds()

    assert state_of(job).outcome == "nnnnn"


def test_a_copy_that_grows_too_old_changes_it_without_an_event(
    app, cast, veeam_job, report, add_copy, settle, state_of, rounds
):
    report(veeam_job)
    add_copy(veeam_job, AWAY, max_age_hours=24)
    settle(veeam_job, "fttfn")
    before, events = state_of(veeam_job).digits["copies"]["why"], cast.events()

    with clock.hold(clock.utcnow() + timedelta(hours=24)):
        rounds()

    assert "its limit is 24" not in before
    assert "its limit is 24" in state_of(veeam_job).digits["copies"]["why"]
    assert cast.events() == events


def test_the_jobs_own_column_follows_and_its_version_does_not(
    cast, viewer, veeam_job, report, settle
):
    report(veeam_job)
    settle(veeam_job, "ffffn")

    answer = report(veeam_job, "failed")

    (row,) = cast.rows(BackupJob)
    assert (row.compliance_status, row.version) == ("non_compliant", 1)
    assert answer["compliance_status"] == "non_compliant"


def test_another_tenants_jobs_are_assessed_too(app, cast, outsider, settle):
    theirs = cast.create_job(tenant="globex")
    key = cast.key_caller("reporter", tenant="globex")

    key.post("/api/backup/status", {"job_id": theirs.id, "execution_result": "success"})
    settle(theirs, "ffffn")

    assert shown(outsider, theirs)["status"] == "non_compliant"
