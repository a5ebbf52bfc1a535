"""A job's repository: never made anew behind anybody's back, kept short, freed of dead locks."""

import shutil
from pathlib import Path

import psutil
import pytest

from app.backups.models import BackupJob, Execution
from app.core import clock
from tests.support.processes import wait_until


def snapshots(stage, job):
    return stage.operator.get(f"/api/v1/backups/{job.id}/snapshots").json["data"]


def test_a_vanished_repository_is_told_and_not_made_anew(stage, cast):
    job = stage.job()
    shutil.rmtree(stage.location(job))

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "REPOSITORY_NOT_FOUND")
    assert not Path(stage.location(job)).exists()
    assert cast.rows(BackupJob)[0].repository_location == stage.location(job)


def test_retention_drops_old_snapshots_also_of_another_path(stage, tmp_path):
    job = stage.job(retention_days=30)
    stage.restic(job, "backup", "--time=2020-01-01 00:00:00", job.source_path)
    stage.restic(job, "backup", "--time=2020-01-02 00:00:00", str(tmp_path))

    done = stage.run(job)

    (kept,) = snapshots(stage, job)
    assert (done.status, kept["short_id"]) == ("success", done.snapshot_id[:8])
    assert kept["tags"] == [f"execution-{done.id}"]


@pytest.fixture
def locked(stage, slow_source):
    """A job whose repository holds the lock of a restic that was killed."""
    job = stage.job(source_path=str(slow_source))
    execution_id = stage.queue(job)
    worker = stage.in_background(lambda: stage.work(execution_id))
    wait_until(lambda: stage.execution(execution_id).progress is not None)
    psutil.Process(stage.execution(execution_id).engine_pid).kill()
    worker.join()
    assert stage.execution(execution_id).status == "failed"
    (slow_source / "slow.img").unlink()
    (slow_source / "small").write_text("small")
    return job


def test_a_dead_lock_is_removed_and_retention_done(stage, locked):
    stage.restic(locked, "backup", "--time=2020-01-01 00:00:00", locked.source_path)
    assert list(Path(stage.location(locked), "locks").iterdir()) != []

    done = stage.run(locked)

    assert (done.status, len(snapshots(stage, locked))) == ("success", 1)
    assert list(Path(stage.location(locked), "locks").iterdir()) == []
    assert "lock that a killed process left" in stage.log(done.id)


def test_retention_waits_for_the_next_run_while_a_restore_reads(stage):
    job = stage.job()
    stage.restic(job, "backup", "--time=2020-01-01 00:00:00", job.source_path)
    restore = stage.add(
        Execution(
            job_id=job.id,
            kind="restore",
            status="running",
            trigger="manual",
            execution_date=clock.utcnow(),
            lease_owner="somebody",
            lease_until=clock.utcnow().replace(year=2100),
        )
    )

    done = stage.run(job)

    assert (done.status, len(snapshots(stage, job))) == ("success", 2)
    assert "Retention left for the next run" in stage.log(done.id)
    assert stage.execution(restore.id).status == "running"


def test_a_moved_job_gets_a_new_repository_at_its_new_place(stage, cast):
    job = stage.job()
    second = stage.provider()
    stage.operator.put(f"/api/v1/backups/{job.id}", {"storage_id": second.id})
    assert snapshots(stage, job) == []

    done = stage.run(job)

    assert done.status == "success"
    assert len(snapshots(stage, job)) == 1
    assert "/second/" in cast.rows(BackupJob)[0].repository_location


def test_a_storage_that_cannot_be_used_from_here_is_told(stage):
    job = stage.job()
    tape = stage.provider(provider_type="tape", connection_string="vault")
    stage.operator.put(f"/api/v1/backups/{job.id}", {"storage_id": tape.id})

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "STORAGE_UNSUPPORTED")


def test_a_local_storage_out_of_the_roots_is_refused(stage, tmp_path):
    job = stage.job()
    outside = stage.provider(connection_string=str(tmp_path / "outside"))
    stage.operator.put(f"/api/v1/backups/{job.id}", {"storage_id": outside.id})

    done = stage.run(job)

    assert (done.status, done.error_code) == ("failed", "NOT_ALLOWED")
    assert not (tmp_path / "outside").exists()


def test_a_storage_folder_that_is_not_there_is_not_made_anew(stage):
    second = stage.provider(name="Unmounted", connection_string=f"{stage.cast.instance}/storage/x")
    job = stage.cast.create_job(storage_id=second.id)

    execution = stage.run(job)

    assert (execution.status, execution.error_code) == ("failed", "STORAGE_UNAVAILABLE")
    assert not (stage.cast.instance / "storage" / "x").exists()
