"""A run from its claim to its end, with the real restic."""

import os
from datetime import timedelta
from pathlib import Path

from app.backups.models import BackupCopy, BackupJob
from app.core import clock
from app.tenants.models import Tenant

OWN_PROCESS = Path("/proc", str(os.getpid()))


def test_a_first_run_makes_the_repository_and_tells_everybody(stage, cast, job):
    done = stage.run(job)

    assert (done.status, done.error_code, done.attempt) == ("success", None, 1)
    assert (done.files_total, done.backup_size_bytes) == (1, len("content\n"))
    assert done.snapshot_id in stage.operator.get(f"/api/v1/backups/{job.id}/snapshots").text
    assert done.started_at <= done.finished_at
    assert done.duration_seconds >= 0
    assert (done.lease_owner, done.lease_until) == (None, None)
    (row,) = cast.rows(BackupJob)
    assert (row.last_result, row.last_run, row.version) == ("success", done.execution_date, 1)
    assert (row.last_success_at, row.consecutive_failures) == (done.finished_at, 0)
    assert row.repository_location == stage.location(job)
    (copy,) = cast.rows(BackupCopy)
    assert (copy.status, copy.last_backup_at, copy.version) == ("success", done.finished_at, 1)
    assert copy.last_backup_size_bytes == done.backup_size_bytes
    assert cast.events() == ["backup.started", "backup.succeeded"]
    log = stage.log(done.id)
    assert job.source_path in log
    assert done.snapshot_id in log
    assert row.repository_password not in log


def test_a_second_message_about_a_run_that_is_over_does_nothing(stage, cast):
    done = stage.run(stage.job())

    again = stage.work(done.id)

    assert (again.status, again.attempt, again.finished_at) == ("success", 1, done.finished_at)
    assert cast.events() == ["backup.started", "backup.succeeded"]


def test_unreadable_files_are_a_warning(stage, cast):
    # Nobody, root included, can read a process's memory from its beginning.
    stage.change(Tenant, cast.tenant("acme"), source_roots=["/proc"])
    others = [str(path) for path in OWN_PROCESS.iterdir() if path.name not in ("mem", "comm")]
    job = stage.job(source_path=str(OWN_PROCESS), excludes=others)

    done = stage.run(job)

    assert (done.status, done.error_code) == ("warning", "FILES_UNREADABLE")
    assert done.snapshot_id is not None
    assert f"{OWN_PROCESS}/mem" in stage.log(done.id)
    assert cast.events()[-1] == "backup.warned"
    (row,) = cast.rows(BackupJob)
    assert (row.last_result, row.last_success_at) == ("warning", done.finished_at)


def test_failures_are_counted_until_it_recovers(stage, cast, sources):
    later = sources / f"later-{cast.tenant('acme')}"
    job = stage.job(source_path=str(later))

    failed = [stage.run(job) for _ in range(2)]
    (row,) = cast.rows(BackupJob)
    assert [(run.status, run.error_code) for run in failed] == [("failed", "SOURCE_NOT_FOUND")] * 2
    assert (row.consecutive_failures, row.last_result, row.last_success_at) == (2, "failed", None)
    assert cast.rows(BackupCopy)[0].status == "failed"

    later.mkdir()
    (later / "file").write_text("here at last")
    stage.run(job)

    (row,) = cast.rows(BackupJob)
    assert (row.consecutive_failures, row.last_result) == (0, "success")
    assert cast.events()[-3:] == ["backup.started", "backup.succeeded", "backup.recovered"]


def test_a_run_moves_the_next_one(stage, cast):
    job = stage.job(schedule_type="daily", schedule_time="02:00")
    due = clock.utcnow() - timedelta(minutes=3)
    overdue_at = due + timedelta(minutes=60)
    stage.change(BackupJob, job.id, next_run=due, overdue_at=overdue_at)

    stage.run(job)

    (row,) = cast.rows(BackupJob)
    assert row.next_run > clock.utcnow()
    assert row.overdue_at == row.next_run + timedelta(minutes=60)


def test_a_bug_ends_the_run_at_once_and_shows_nothing_of_itself(stage):
    job = stage.job()
    # A column that holds what no version of this code writes.
    stage.change(BackupJob, job.id, excludes={"not": "a list"}, retention_days=0)

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "INTERNAL_ERROR")
    assert "retention" not in done.error_message
