"""POST /api/backup/copy-status and /update-copy-status report on a copy."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.models import BackupCopy
from app.backups.service import copies, jobs
from app.core import clock
from app.core.tenancy import as_tenant
from app.legacy.models import RejectedReport

THREE = datetime(2026, 10, 30, 3, tzinfo=UTC)


@pytest.fixture
def add_copy(app):
    """Give a job a further copy; gives its id."""

    def add(job, location="offsite", **fields):
        given = {"name": "Tape", "location_type": location, "media_type": "tape", **fields}
        with app.app_context(), as_tenant(job.tenant_id):
            return copies.create_copy(job.id, given, clock.utcnow()).id

    return add


def test_copy_status_updates_the_named_copy(send, cast, veeam_job, add_copy):
    copy_id = add_copy(veeam_job)
    body = {
        "copy_id": copy_id,
        "status": "Success",
        "last_backup_date": "2026-10-30T03:00:00Z",
        "last_backup_size": "1,5E+3",
    }

    response = send("copy-status", body)

    assert response.status_code == 200
    assert response.json == {
        "success": True,
        "message": "Copy status recorded",
        "copy_id": copy_id,
        "status": "success",
    }
    (row,) = cast.rows(BackupCopy)
    assert (row.status, row.last_backup_at, row.last_backup_size_bytes) == ("success", THREE, 1500)
    assert row.version == 1


def test_without_a_status_the_stored_one_stands(send, cast, veeam_job, add_copy):
    copy_id = add_copy(veeam_job, status="warning")

    response = send("copy-status", {"copy_id": copy_id, "last_backup_size": 9})

    assert (response.status_code, response.json["status"]) == (200, "warning")
    assert cast.rows(BackupCopy)[0].last_backup_size_bytes == 9


def test_an_older_report_never_overwrites_a_newer_one(send, cast, veeam_job, add_copy):
    copy_id = add_copy(veeam_job)
    newer = {"copy_id": copy_id, "status": "warning", "last_backup_date": "2026-10-30T03:00:00Z"}
    older = {"copy_id": copy_id, "status": "success", "last_backup_date": "2026-10-29T03:00:00Z"}
    send("copy-status", newer)

    response = send("copy-status", older)

    assert (response.status_code, response.json["status"]) == (200, "warning")
    (row,) = cast.rows(BackupCopy)
    assert (row.status, row.last_backup_at) == ("warning", THREE)


def test_a_failure_without_a_date_keeps_the_last_good_one(send, cast, veeam_job, add_copy):
    copy_id = add_copy(veeam_job, last_backup_date=THREE)

    response = send("copy-status", {"copy_id": copy_id, "status": "failed"})

    assert response.status_code == 200
    (row,) = cast.rows(BackupCopy)
    assert (row.status, row.last_backup_at) == ("failed", THREE)


def test_a_clock_ahead_does_not_lock_later_reports_out(send, cast, veeam_job, add_copy):
    copy_id = add_copy(veeam_job)
    ahead = clock.to_wire(clock.utcnow() + timedelta(hours=20))
    send("copy-status", {"copy_id": copy_id, "status": "success", "last_backup_date": ahead})

    response = send("copy-status", {"copy_id": copy_id, "status": "failed"})

    assert response.json["status"] == "failed"
    assert cast.rows(BackupCopy)[0].status == "failed"


def test_an_outsiders_copy_is_not_found(send, cast, add_copy):
    copy_id = add_copy(cast.create_job(tenant="globex"))

    response = send("copy-status", {"copy_id": copy_id, "status": "success"})

    assert (response.status_code, response.json["error"]["code"]) == (404, "COPY_NOT_FOUND")
    assert list(response.json["error"]["details"]) == ["copy_id"]
    assert cast.rows(BackupCopy)[0].status == "unknown"


def test_a_copy_of_a_deleted_job_is_not_found(send, app, veeam_job, add_copy):
    copy_id = add_copy(veeam_job)
    with app.app_context(), as_tenant(veeam_job.tenant_id):
        jobs.delete_job(veeam_job.id, clock.utcnow(), expected_version=None)

    response = send("copy-status", {"copy_id": copy_id, "status": "success"})

    assert (response.status_code, response.json["error"]["code"]) == (404, "COPY_NOT_FOUND")


def test_a_viewer_may_not_report_on_a_copy(viewer, cast, veeam_job, add_copy):
    response = viewer.post("/api/backup/copy-status", {"copy_id": add_copy(veeam_job)})

    assert response.status_code == 403
    assert cast.rows(RejectedReport) == []


def test_update_copy_status_means_the_first_offsite_copy(send, cast, veeam_job, add_copy):
    ids = [add_copy(veeam_job, place) for place in ("local", "offsite", "cloud")]
    body = {"job_id": veeam_job.id, "status": "success", "copy_size": "300,4"}

    response = send("update-copy-status", body)

    assert (response.status_code, response.json["copy_id"]) == (200, ids[1])
    row = next(row for row in cast.rows(BackupCopy) if row.id == ids[1])
    assert (row.status, row.last_backup_size_bytes) == ("success", 300)
    assert clock.utcnow() - row.last_backup_at < timedelta(minutes=1)


def test_update_copy_status_means_the_only_copy(send, veeam_job, add_copy):
    copy_id = add_copy(veeam_job, "local")

    response = send("update-copy-status", {"job_id": veeam_job.id, "status": "unknown"})

    assert (response.status_code, response.json["copy_id"]) == (200, copy_id)


@pytest.mark.parametrize("places", [[], ["local", "local"]])
def test_update_copy_status_without_such_a_copy_is_404(send, veeam_job, add_copy, places):
    for place in places:
        add_copy(veeam_job, place)

    response = send("update-copy-status", {"job_id": veeam_job.id, "status": "success"})

    assert (response.status_code, response.json["error"]["code"]) == (404, "COPY_NOT_FOUND")


def test_update_copy_status_of_an_outsiders_job_is_404(send, cast):
    theirs = cast.create_job(tenant="globex")

    response = send("update-copy-status", {"job_id": theirs.id, "status": "success"})

    assert (response.status_code, response.json["error"]["code"]) == (404, "JOB_NOT_FOUND")


def test_update_copy_status_needs_a_status(send, veeam_job, add_copy):
    add_copy(veeam_job)

    response = send("update-copy-status", {"job_id": veeam_job.id})

    assert response.status_code == 400
    assert response.json["error"]["details"] == {"status": "status is required"}
