"""A source that changes while it is read: what is kept, and what is said of it."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from app.backups.models import BackupJob
from tests.support.processes import wait_until
from tests.support.repositories import make_slow_file

# More than restic reads at the same time, so that what comes after them is not open yet.
SLOW_FILES = 4
LATER = ("y", "z")
UNPRIVILEGED = """#!/bin/sh
[ "$(id -u)" != 0 ] || exec setpriv --bounding-set=-dac_override,-dac_read_search {restic} "$@"
exec {restic} "$@"
"""


@pytest.fixture
def half_read(stage, sources, cast):
    """A run in the middle of the first files of a folder, whose names come before the others'."""
    folder = sources / f"half-{cast.tenant('acme')}"
    folder.mkdir()
    for name in LATER:
        (folder / name).write_text(name)
    for number in range(SLOW_FILES):
        make_slow_file(folder / f"slow-{number}.img")
    run = HalfRead(stage, stage.job(source_path=str(folder), max_retries=0), folder)
    yield run
    shutil.rmtree(folder, ignore_errors=True)
    run.let_go()


class HalfRead:
    def __init__(self, stage, job, folder):
        self.stage, self.job, self.folder = stage, job, folder
        self.id = stage.queue(job)
        self._slow = [os.open(path, os.O_RDWR) for path in folder.glob("slow-*")]
        self._worker = stage.in_background(lambda: stage.work(self.id))
        wait_until(lambda: (stage.execution(self.id).bytes_done or 0) > 0)

    def let_go(self):
        """Let the slow files end, wherever they are by now, and the run with them."""
        for file in self._slow:
            os.truncate(file, 0)
            os.close(file)
        self._slow = []
        self._worker.join()

    def end(self):
        self.let_go()
        return self.stage.execution(self.id)


def test_files_that_go_away_are_named_and_the_rest_is_kept(stage, half_read):
    (half_read.folder / "y").rename(half_read.folder / "renamed")

    done = half_read.end()

    assert (done.status, done.error_code) == ("warning", "FILES_UNREADABLE")
    assert done.error_message.startswith("1 files could not be read")
    assert f"{half_read.folder}/y" in stage.log(done.id)
    kept = stage.restic(half_read.job, "ls", done.snapshot_id).splitlines()
    assert f"{half_read.folder}/z" in kept


def test_a_folder_that_goes_away_fails_the_run_and_nothing_expires(stage, cast, half_read):
    shutil.rmtree(half_read.folder)

    done = half_read.end()

    assert (done.status, done.error_code) == ("failed", "SOURCE_VANISHED")
    assert str(half_read.folder) in done.error_message
    assert "Retention" not in stage.log(done.id)
    (job,) = cast.rows(BackupJob)
    assert (job.last_result, job.last_success_at, job.consecutive_failures) == ("failed", None, 1)


def test_an_empty_folder_in_its_place_is_no_source_either(half_read):
    """What an unmounted disk leaves behind."""
    shutil.rmtree(half_read.folder)
    half_read.folder.mkdir()

    done = half_read.end()

    assert (done.status, done.error_code) == ("failed", "SOURCE_VANISHED")


def test_a_file_that_grows_is_kept_as_far_as_it_was_read(stage):
    job = stage.job()
    growing = Path(job.source_path, "growing.log")
    is_over = threading.Event()

    def grow():
        with growing.open("ab", buffering=0) as file:
            while not is_over.wait(0.005):
                file.write(b"one more line\n")

    growing.write_bytes(b"one more line\n")
    writer = stage.in_background(grow)
    done = stage.run(job)
    is_over.set()
    writer.join()

    assert (done.status, done.files_total) == ("success", 2)
    kept = stage.restic(job, "dump", done.snapshot_id, str(growing))
    assert kept
    assert growing.read_text().startswith(kept)


@pytest.fixture
def without_privileges(monkeypatch, tmp_path):
    """A restic that rights hold for, although root may run the tests."""
    program = tmp_path / "restic"
    program.write_text(UNPRIVILEGED.format(restic=shutil.which("restic")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_files_that_may_no_longer_be_read_are_named(without_privileges, stage, half_read):
    (half_read.folder / "y").chmod(0)

    done = half_read.end()

    assert (done.status, done.error_code) == ("warning", "FILES_UNREADABLE")
    assert f"{half_read.folder}/y: " in stage.log(done.id)
