"""A backup that is as it should be passes every test, whatever its files are."""

import pytest

from app.backups.models import BackupJob

FILES = 6


@pytest.mark.parametrize(
    ("test_type", "counted", "total"),
    [
        ("integrity", "snapshots", 1),
        ("checksum", "packs", 2),
        ("read", "files", FILES),
        ("restore", "files", FILES),
    ],
)
def test_passes_in_full(lab, cast, test_type, counted, total):
    job = lab.job()

    told = lab.verify(job, test_type, scope="full")

    assert (told["test_status"], told["test_result"]) == ("completed", "success"), told["failures"]
    assert (told["counted"], told["total_files"], told["passed_files"]) == (counted, total, total)
    assert (told["failed_files"], told["success_rate"], told["failures"]) == (0, 100.0, [])
    assert (told["snapshot_id"], told["is_latest"]) == (lab.template.snapshot_id, True)
    assert cast.events() == ["verification.succeeded"]
    assert lab.scratch() == []
    (row,) = cast.rows(BackupJob)
    assert (row.last_verified_at is not None, row.version) == (True, job.version + 1)


@pytest.mark.parametrize("test_type", ["read", "restore"])
def test_a_sample_is_a_part_and_at_least_one_file(lab, test_type):
    told = lab.verify(lab.job(), test_type)

    assert (told["scope"], told["test_result"], told["total_files"]) == ("sample", "success", 1)


def test_a_restore_of_everything_tells_the_job_when_and_how_long(lab, cast):
    job = lab.job()

    told = lab.verify(job, "restore", scope="full")

    (row,) = cast.rows(BackupJob)
    assert told["restore_seconds"] > 0
    assert row.restore_seconds == told["restore_seconds"]
    assert row.last_proven_restorable_at == row.last_verified_at
