"""What a report's date means for its job: a wrong clock and a late spool hide nothing."""

from datetime import UTC, datetime, timedelta

from app.backups.models import BackupCopy, BackupJob
from app.core import clock

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def post(reporter, job, result, at):
    body = {"job_id": job.id, "execution_result": result, "execution_date": clock.to_wire(at)}
    return reporter.post("/api/backup/status", body)


def report(reporter, endpoint, **body):
    return reporter.post(f"/api/backup/{endpoint}", body)


def test_a_clock_that_is_ahead_does_not_hide_the_runs_after_it(reporter, job, cast):
    with clock.hold(NOON):
        post(reporter, job, "success", NOON + timedelta(hours=20))
    with clock.hold(NOON + timedelta(hours=1)):
        response = post(reporter, job, "failed", NOON + timedelta(hours=1))

    assert response.status_code == 201
    (row,) = cast.rows(BackupJob)
    assert (row.last_result, row.consecutive_failures) == ("failed", 1)


def test_a_clock_that_is_ahead_makes_no_success_of_tomorrow(reporter, job, cast):
    with clock.hold(NOON):
        response = post(reporter, job, "success", NOON + timedelta(hours=20))

    assert response.status_code == 201
    (row,) = cast.rows(BackupJob)
    assert row.last_success_at == NOON


def test_a_success_that_turns_out_old_leaves_no_newer_success(reporter, job, cast):
    ended = NOON - timedelta(hours=5)
    with clock.hold(NOON):
        post(reporter, job, "failed", NOON - timedelta(hours=1))
        report(reporter, "update-status", job_id=job.id, status="success")
        response = report(
            reporter,
            "record-execution",
            job_id=job.id,
            status="success",
            start_time=clock.to_wire(NOON - timedelta(hours=6)),
            end_time=clock.to_wire(ended),
        )

    assert response.status_code == 201
    (row,) = cast.rows(BackupJob)
    assert (row.last_success_at, row.last_result, row.consecutive_failures) == (ended, "failed", 1)


def test_a_report_from_last_week_leaves_a_daily_job_overdue(reporter, cast, admin):
    with clock.hold(NOON - timedelta(days=9)):
        job = cast.create_job(schedule_type="daily", schedule_time="02:00")
    with clock.hold(NOON):
        response = post(reporter, job, "success", NOON - timedelta(days=7))

        assert response.status_code == 201
        overdue = admin.get("/api/v1/backups?overdue=true").json["data"]
    assert [row["id"] for row in overdue] == [job.id]


def test_a_report_of_last_night_makes_the_next_night_due(reporter, cast):
    with clock.hold(NOON - timedelta(days=1)):
        job = cast.create_job(schedule_type="daily", schedule_time="02:00")
    with clock.hold(NOON):
        post(reporter, job, "success", NOON.replace(hour=2))

    (row,) = cast.rows(BackupJob)
    assert row.next_run == NOON.replace(hour=2) + timedelta(days=1)


def test_a_report_says_nothing_of_the_jobs_own_repository(reporter, job, cast):
    post(reporter, job, "success", clock.utcnow())

    (copy,) = cast.rows(BackupCopy)
    assert (copy.is_system, copy.status, copy.last_backup_at) == (True, "unknown", None)
