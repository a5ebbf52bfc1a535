"""GET /compliance/{id}/history: one row a change of the outcome, and two events a violation."""

import threading

import pytest

from app.compliance.models import ComplianceChange
from app.compliance.service.assessing import assess_jobs
from app.core import clock
from app.core.tenancy import as_tenant
from app.events.models import Event
from tests.compliance.conftest import AWAY, OFFLINE

KINDS = ("compliance.violated", "compliance.restored")


@pytest.fixture
def check(operator, veeam_job):
    """Assess the job now."""

    def call():
        return operator.post(f"/api/v1/compliance/{veeam_job.id}/check").json["data"]

    return call


@pytest.fixture
def history(viewer, veeam_job):
    def call(query=""):
        return viewer.get(f"/api/v1/compliance/{veeam_job.id}/history{query}").json["data"]

    return call


def told(cast):
    return [event for event in cast.rows(Event) if event.type in KINDS]


def test_a_change_is_told_with_when_and_why(veeam_job, report, check, history):
    report(veeam_job)
    checked_at = check()["checked_at"]

    (row,) = history()

    assert (row["previous_status"], row["status"]) == ("unknown", "non_compliant")
    assert row["changed"] == ["copies", "media", "offsite", "offline_or_immutable"]
    assert row["changed_at"] == checked_at
    assert "add 2 copies more" in row["digits"]["copies"]["why"]


def test_what_does_not_change_the_outcome_leaves_no_row(cast, veeam_job, report, check):
    report(veeam_job)
    check()

    report(veeam_job, error_message="another one")
    check()

    assert len(cast.rows(ComplianceChange)) == 1


def test_a_digit_that_changes_alone_leaves_a_row_newest_first(
    veeam_job, report, add_copy, check, history
):
    report(veeam_job)
    check()
    add_copy(veeam_job, AWAY)
    check()

    rows = history()

    assert [row["status"] for row in rows] == ["non_compliant", "non_compliant"]
    assert rows[0]["changed"] == ["media", "offsite"]
    assert history("?page_size=1&page=2") == [rows[1]]


def test_a_violation_is_told_once_when_it_begins(cast, veeam_job, report, add_copy, check):
    report(veeam_job)
    check()
    add_copy(veeam_job, AWAY)
    check()

    (event,) = told(cast)
    assert (event.type, event.subject_type, event.subject_id) == (
        "compliance.violated",
        "backup",
        veeam_job.id,
    )
    assert event.data["failing"] == ["copies", "media", "offsite", "offline_or_immutable"]


def test_a_violation_that_nobody_can_judge_has_not_ended(cast, veeam_job, report, add_copy, check):
    report(veeam_job)
    check()
    add_copy(veeam_job, AWAY)
    add_copy(veeam_job, OFFLINE)

    found = check()

    assert found["status"] == "unknown"
    assert found["violated_at"] is not None
    assert [event.type for event in told(cast)] == ["compliance.violated"]


def test_of_two_assessments_at_once_one_tells_of_the_change(app, cast, veeam_job, report):
    report(veeam_job)
    gate = threading.Barrier(2)

    def assess():
        with app.app_context():
            gate.wait(30)
            with as_tenant(veeam_job.tenant_id):
                assess_jobs([veeam_job.id], clock.utcnow())

    threads = [threading.Thread(target=assess) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(told(cast)), len(cast.rows(ComplianceChange))) == (1, 1)
