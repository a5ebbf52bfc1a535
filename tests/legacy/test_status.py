"""POST /api/backup/status reports how a run ended."""

from datetime import UTC, datetime, timedelta

from app.backups.models import BackupJob, Execution, ExecutionLog
from app.core import clock
from app.core.tenancy import as_tenant
from app.events.models import Event

FULL = {
    "execution_result": "success",
    "execution_date": "2026-10-30T03:00:00Z",
    "backup_size_bytes": 1073741824,
    "duration_seconds": 300,
    "error_message": "",
    "source_system": "aomei",
}


def test_records_a_run_in_its_final_state(send, cast, veeam_job):
    response = send("status", {"job_id": veeam_job.id, **FULL})

    assert response.status_code == 201
    (row,) = cast.rows(Execution)
    assert response.json == {
        "success": True,
        "message": "Status recorded",
        "execution_id": row.id,
        "compliance_status": "unknown",
    }
    started = datetime(2026, 10, 30, 3, tzinfo=UTC)
    assert (row.status, row.trigger, row.source_system) == ("success", "report", "aomei")
    assert (row.execution_date, row.finished_at) == (started, started + timedelta(minutes=5))
    assert (row.backup_size_bytes, row.duration_seconds, row.error_message) == (2**30, 300, None)
    assert (row.backup_type, row.encoding_repaired) == ("incremental", False)


def test_tells_the_job_and_the_event_log(send, cast, veeam_job):
    send("status", {"job_id": veeam_job.id, "execution_result": "failed", "error_message": "Full"})

    (job,) = cast.rows(BackupJob)
    (event,) = cast.rows(Event)
    assert (job.last_result, job.consecutive_failures) == ("failed", 1)
    assert (event.type, event.message, event.subject_id) == ("backup.failed", "Full", job.id)


def test_a_report_lands_for_an_inactive_job(send, cast):
    job = cast.create_job(backup_tool="veeam", is_active=False)

    response = send("status", {"job_id": job.id, "execution_result": "warning"})

    assert response.status_code == 201
    (row,) = cast.rows(BackupJob)
    assert (row.last_result, row.next_run) == ("warning", None)


def test_a_report_does_not_touch_a_queued_run(send, cast, operator, job):
    queued = operator.post(f"/api/v1/backups/{job.id}/run").json["data"]["id"]

    response = send("status", {"job_id": job.id, "execution_result": "success"})

    assert response.status_code == 201
    rows = {row.id: row.status for row in cast.rows(Execution)}
    assert rows == {queued: "queued", response.json["execution_id"]: "success"}


def test_a_key_is_taken_as_bearer_token(anonymous, cast, reporter, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success"}
    headers = {"Authorization": f"Bearer {reporter.key}"}

    response = anonymous.post("/api/backup/status", body, headers=headers)

    assert response.status_code == 201
    assert len(cast.rows(Execution)) == 1


def test_a_date_of_years_ago_is_kept(send, cast, veeam_job):
    long_ago = (clock.utcnow() - timedelta(days=3640)).replace(microsecond=0)
    body = {"job_id": veeam_job.id, "execution_result": "success"}

    response = send("status", {**body, "execution_date": clock.to_wire(long_ago)})

    assert response.status_code == 201
    assert cast.rows(Execution)[0].execution_date == long_ago


def test_an_older_date_counts_as_not_known(send, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "success", "execution_date": "1900-01-01"}

    response = send("status", body)

    assert response.status_code == 201
    assert clock.utcnow() - cast.rows(Execution)[0].execution_date < timedelta(minutes=1)


def test_a_long_message_is_cut_with_a_mark(send, cast, veeam_job):
    body = {"job_id": veeam_job.id, "execution_result": "failed", "error_message": "x" * 12_000}

    response = send("status", body)

    assert response.status_code == 201
    message = cast.rows(Execution)[0].error_message
    assert len(message) <= 10_000
    assert message.endswith("characters left out]")


def test_details_of_a_good_run_become_its_log(send, cast, veeam_job, app):
    body = {
        "job_id": veeam_job.id,
        "start_time": "2026-10-30T03:00:00Z",
        "end_time": "2026-10-30T03:05:00Z",
        "status": "success",
        "details": "12 machines",
    }

    response = send("record-execution", body)

    assert response.status_code == 201
    with app.app_context(), as_tenant(veeam_job.tenant_id, read_only=True) as session:
        assert session.get(ExecutionLog, response.json["execution_id"]).head == "12 machines"
