"""Full, incremental and differential runs: what each compares with."""

from pathlib import Path

import pytest


@pytest.fixture
def job(stage):
    """A job over three files."""
    job = stage.job()
    for number in range(2):
        Path(job.source_path, f"more-{number}").write_text(str(number))
    return job


def touch(job, name):
    Path(job.source_path, name).write_text("changed to this")


def test_an_incremental_run_reads_what_changed_since_the_last(stage, job):
    stage.run(job)
    touch(job, "more-0")
    stage.run(job)
    touch(job, "more-1")

    done = stage.run(job)

    assert (done.backup_type, done.files_total, done.files_changed) == ("incremental", 3, 1)


def test_a_full_run_reads_all_of_it(stage, job):
    stage.run(job)

    done = stage.run(job, backup_type="full")

    assert (done.backup_type, done.files_changed) == ("full", 3)


def test_a_differential_run_without_a_full_one_becomes_full_and_says_so(stage, job):
    stage.run(job)

    done = stage.run(job, backup_type="differential")

    assert (done.status, done.backup_type, done.files_changed) == ("success", "full", 3)
    assert "no full snapshot" in stage.log(done.id)


def test_a_differential_run_reads_what_changed_since_the_last_full(stage, job):
    stage.run(job, backup_type="full")
    touch(job, "more-0")
    stage.run(job, backup_type="differential")
    touch(job, "more-1")

    done = stage.run(job, backup_type="differential")

    assert (done.backup_type, done.files_changed) == ("differential", 2)


def test_a_differential_run_whose_full_was_removed_becomes_full(stage, job):
    full = stage.run(job, backup_type="full")
    stage.restic(job, "forget", full.snapshot_id)

    done = stage.run(job, backup_type="differential")

    assert (done.status, done.backup_type) == ("success", "full")
