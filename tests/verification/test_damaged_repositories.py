"""A repository that was damaged comes out as failed, by the right words and with files named."""

import shutil

import pytest

from app.backups.models import BackupJob, Execution
from app.core.tenancy import as_tenant

BIG = "/source/big.bin"


def paths(told):
    return [failure["path"] for failure in told["failures"]]


def reason_of(told, end):
    return next(row["reason"] for row in told["failures"] if row["path"].endswith(end))


@pytest.fixture
def flipped(lab, flip):
    """A job in whose repository one byte of a large file's data is another."""
    job = lab.job()
    flip(lab.packs(job)[0], 100_000)
    return job


def test_a_flipped_byte_fails_the_checksums_with_the_file_named(lab, cast, flipped):
    told = lab.verify(flipped, "checksum", scope="full")

    assert (told["test_status"], told["test_result"]) == ("completed", "failed")
    assert (told["counted"], told["total_files"], told["failed_files"]) == ("packs", 2, 1)
    assert "does not match its hash" in reason_of(told, BIG)
    assert told["error_code"] == "REPOSITORY_DAMAGED"
    assert cast.events() == ["verification.failed"]
    (row,) = cast.rows(BackupJob)
    assert (row.last_verified_at is not None, row.last_proven_restorable_at) == (True, None)


@pytest.mark.parametrize("test_type", ["read", "restore"])
def test_a_flipped_byte_fails_the_files_whose_data_it_is_in_and_no_other(lab, flipped, test_type):
    told = lab.verify(flipped, test_type, scope="full")

    assert told["test_result"] == "failed"
    assert len(told["failures"]) == 1
    assert "does not match its hash" in reason_of(told, BIG)
    # Of what comes after the break, a name that is no UTF-8 cannot be asked for alone.
    assert (told["total_files"], told["passed_files"], told["success_rate"]) == (5, 4, 80.0)
    assert "1 files after a break were not looked at" in told["error_message"]
    assert lab.scratch() == []


def test_a_removed_pack_fails_the_integrity_with_the_files_named(lab):
    job = lab.job()
    lab.packs(job)[0].unlink()

    told = lab.verify(job, "integrity")

    assert told["test_result"] == "failed"
    assert "It is missing" in reason_of(told, BIG)
    assert lab.location(job) not in str(told)


@pytest.mark.parametrize("test_type", ["integrity", "restore"])
def test_a_cut_index_fails(lab, test_type):
    job = lab.job()
    (index,) = (lab.repository(job) / "index").iterdir()
    index.chmod(0o600)
    index.write_bytes(index.read_bytes()[:100])

    told = lab.verify(job, test_type)

    assert (told["test_status"], told["test_result"]) == ("completed", "failed")
    assert told["error_code"] == "REPOSITORY_DAMAGED"
    assert "damaged" in told["failures"][0]["reason"]


def test_a_repository_that_is_gone_from_its_storage_fails(lab):
    job = lab.job()
    shutil.rmtree(lab.location(job))

    told = lab.verify(job, "integrity")

    assert (told["test_result"], told["error_code"]) == ("failed", "REPOSITORY_NOT_FOUND")


def test_a_repository_under_another_password_fails(lab):
    job = lab.job()
    lab.change(BackupJob, job.id, repository_password="another one")

    told = lab.verify(job, "restore")

    assert (told["test_result"], told["error_code"]) == ("failed", "WRONG_PASSWORD")


def test_a_snapshot_that_is_gone_fails(lab):
    job = lab.job()
    lab.restic(job, "forget", lab.template.snapshot_id)

    told = lab.verify(job, "read")

    assert (told["test_result"], told["error_code"]) == ("failed", "SNAPSHOT_LOST")
    assert lab.template.snapshot_id in told["error_message"]


def test_an_empty_repository_cannot_be_verified(lab, cast, empty_repository):
    job = lab.job()
    shutil.rmtree(lab.location(job))
    shutil.copytree(empty_repository, lab.location(job))
    with lab.app.app_context(), as_tenant(cast.tenant("acme")) as session:
        session.query(Execution).update({"snapshot_id": None})

    told = lab.verify(job, "read", snapshot="latest")

    assert (told["test_status"], told["test_result"]) == ("failed", None)
    assert (told["error_code"], told["success_rate"]) == ("NO_SNAPSHOT", None)
    assert cast.events() == ["verification.failed"]


def test_a_storage_that_is_away_says_nothing_of_the_backup(lab, cast):
    job = lab.job()
    folder = lab.repository(job).parents[1]
    folder.rename(folder.with_name("unmounted"))

    told = lab.verify(job, "integrity")

    folder.with_name("unmounted").rename(folder)
    assert (told["test_status"], told["test_result"]) == ("failed", None)
    assert told["error_code"] == "STORAGE_UNAVAILABLE"
    assert cast.rows(BackupJob)[0].last_verified_at is None
