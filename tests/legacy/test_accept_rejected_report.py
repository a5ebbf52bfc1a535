"""POST /rejected-reports/{id}/accept lets a mended post land."""

import threading
from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.backups.models import BackupCopy, Execution
from app.backups.service import copies
from app.core import clock
from app.core.tenancy import as_tenant
from app.legacy.models import RejectedReport, StatusPost


@pytest.fixture
def refused(send, cast):
    """Post what is refused, two hours ago; gives the address under which it is accepted."""

    def post(body, endpoint="status") -> str:
        with clock.hold(clock.utcnow() - timedelta(hours=2)):
            assert send(endpoint, body).json["success"] is False
        return f"/api/v1/rejected-reports/{cast.rows(RejectedReport)[-1].id}/accept"

    return post


def test_lands_as_if_it_had_been_right_when_it_arrived(refused, operator, cast, veeam_job):
    url = refused({"Job_ID": 2**62, "execution_result": "success", "duration_seconds": 60})

    response = operator.post(url, {"job_id": veeam_job.id})

    assert response.status_code == 201
    (row,) = cast.rows(Execution)
    (report,) = cast.rows(RejectedReport)
    assert response.json["data"] == {
        "id": report.id,
        "status": "accepted",
        "execution_id": row.id,
        "copy_id": None,
        "url": f"/api/v1/executions/{row.id}",
    }
    assert response.headers["Location"] == f"/api/v1/executions/{row.id}"
    assert (row.finished_at, row.requested_by) == (report.received_at, report.caller_name)
    assert (report.status, report.execution_id) == ("accepted", row.id)
    assert report.resolved_by == operator.username


def test_the_original_caller_is_the_one_whose_posts_it_joins(refused, operator, cast, veeam_job):
    url = refused({"job_id": "seven", "status": "success"}, "update-status")
    first = operator.post(url, {"job_id": veeam_job.id}).json["data"]["execution_id"]
    again = refused({"job_id": "seven", "status": "success", "backup_size": 9}, "update-status")
    url = refused({"job_id": veeam_job.id, "status": "success"}, "record-execution")
    now = clock.to_wire(clock.utcnow() - timedelta(hours=3))

    response = operator.post(url, {"start_time": now, "end_time": now})

    assert response.json["data"]["execution_id"] == first
    assert len(cast.rows(StatusPost)) == 2
    assert operator.post(again, {"job_id": veeam_job.id}).json["data"]["execution_id"] != first


def test_a_body_that_was_no_json_must_be_given_whole(refused, operator, cast, veeam_job):
    url = refused(b"job_id=7&execution_result=success")

    part = operator.post(url, {"job_id": veeam_job.id})
    whole = operator.post(url, {"job_id": veeam_job.id, "execution_result": "failed"})

    assert (part.status_code, list(part.json["details"])) == (400, ["execution_result"])
    assert whole.status_code == 201
    assert cast.rows(Execution)[0].status == "failed"


def test_what_was_readable_of_a_bad_body_is_kept(refused, operator, cast, veeam_job):
    raw = (
        b'{"job_id": 99999999999999999999, "execution_result": "warning", "error_message": "\xfc"}'
    )
    url = refused(raw)

    response = operator.post(url, {"job_id": veeam_job.id})

    assert response.status_code == 201
    (row,) = cast.rows(Execution)
    assert (row.status, row.error_message, row.encoding_repaired) == ("warning", "ü", True)


@pytest.mark.parametrize(
    ("mended", "field"),
    [
        ({}, "job_id"),
        ({"job_id": 2**62}, "job_id"),
        ({"job": 7}, "job"),
        ({"job_id": 7, "execution_result": "None"}, "execution_result"),
    ],
)
def test_what_is_still_wrong_is_400_and_stays(refused, operator, cast, veeam_job, mended, field):
    url = refused({"job_id": 2**62, "execution_result": "success"})
    if mended.get("job_id") == 7:
        mended = {**mended, "job_id": veeam_job.id}

    response = operator.post(url, mended)

    assert response.status_code == 400
    assert list(response.json["details"]) == [field]
    assert cast.rows(RejectedReport)[0].status == "open"
    assert cast.rows(Execution) == []


def test_a_copys_report_answers_200_with_the_copy(refused, operator, app, cast, veeam_job):
    given = {"name": "Tape", "location_type": "offsite", "media_type": "tape"}
    with app.app_context(), as_tenant(veeam_job.tenant_id):
        copy_id = copies.create_copy(veeam_job.id, given, clock.utcnow()).id
    url = refused({"copy_id": 2**62, "status": "success"}, "copy-status")

    response = operator.post(url, {"copy_id": copy_id})

    assert response.status_code == 200
    assert response.json["data"]["copy_id"] == copy_id
    assert cast.rows(BackupCopy)[0].status == "success"
    assert cast.rows(RejectedReport)[0].copy_id == copy_id


def test_another_tenants_job_cannot_be_named(refused, operator, cast):
    theirs = cast.create_job(tenant="globex")
    url = refused({"job_id": 2**62, "execution_result": "success"})

    response = operator.post(url, {"job_id": theirs.id})

    assert response.status_code == 400
    assert cast.rows(Execution) == []


def test_a_viewer_may_not_accept(refused, viewer, cast):
    url = refused({"job_id": 2**62, "execution_result": "success"})

    response = viewer.post(url, {"job_id": 1})

    assert response.status_code == 403
    assert cast.rows(RejectedReport)[0].status == "open"


def test_a_second_acceptance_or_dismissal_is_409(refused, operator, cast, veeam_job):
    url = refused({"job_id": 2**62, "execution_result": "success"})
    operator.post(url, {"job_id": veeam_job.id})

    again = operator.post(url, {"job_id": veeam_job.id})
    dismissed = operator.post(url.replace("accept", "dismiss"))

    assert (again.status_code, dismissed.status_code) == (409, 409)
    assert len(cast.rows(Execution)) == 1


def test_an_acceptance_is_audited(refused, operator, cast, veeam_job):
    url = refused({"job_id": 2**62, "execution_result": "success"})

    operator.post(url, {"job_id": veeam_job.id})

    row = cast.rows(AuditRow)[-1]
    assert (row.actor_name, row.resource_type) == (operator.username, "rejected_report")
    assert row.action == "rejected_reports.accept_rejected_report"


def test_of_two_acceptances_at_once_one_wins(refused, app, operator, cast, veeam_job):
    url = refused({"job_id": 2**62, "execution_result": "success"})
    together = threading.Barrier(4)
    codes = []

    def accept():
        together.wait()
        body = {"job_id": veeam_job.id}
        codes.append(app.test_client().post(url, json=body, headers=operator.headers).status_code)

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [201, 409, 409, 409]
    assert len(cast.rows(Execution)) == 1
