"""Ending restic in the middle of its work, wanted or not."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.engines.base import BackupRequest, Stopped
from app.engines.processes import is_alive, stop_orphan
from tests.support.processes import wait_until

WORKER = """
import sys
from app.engines.base import BackupRequest, Repository
from app.engines.restic import Restic

class Watch:
    def started(self, pid, created_at):
        print(pid, created_at, flush=True)

    def progress(self, progress):
        print("working", flush=True)

    def log(self, line):
        pass

    def should_stop(self):
        return False

location, password, cache_dir, source = sys.argv[1:]
Restic(cache_dir).backup(Repository(location, password), BackupRequest(source), Watch())
"""


def test_a_stopped_backup_ends_soon_and_leaves_no_lock(engine, repo, watch, slow_source, back_up):
    asked_at = []

    def stop(notebook):
        if notebook.heard:
            asked_at.append(time.monotonic())
        return bool(asked_at)

    watch.stop_when = stop
    with pytest.raises(Stopped):
        engine.backup(repo, BackupRequest(str(slow_source)), watch)

    assert time.monotonic() - asked_at[0] < 10
    assert not is_alive(*watch.processes[-1])
    assert list(Path(repo.location, "locks").iterdir()) == []
    watch.stop_when = lambda notebook: False
    assert back_up().files_total == 3


@pytest.mark.parametrize("callback", ["started", "progress", "should_stop"])
def test_an_error_of_the_watch_ends_restic_and_travels_on(
    engine, repo, watch, slow_source, callback
):
    pids = []
    # Servers of other tests may be children of this process too.
    before = {child.pid for child in psutil.Process().children()}

    def fail(*arguments):
        pids[:] = {child.pid for child in psutil.Process().children()} - before
        raise LookupError("of the watch")

    setattr(watch, callback, fail)
    with pytest.raises(LookupError, match="of the watch"):
        engine.backup(repo, BackupRequest(str(slow_source)), watch)

    assert len(pids) == 1
    assert not psutil.pid_exists(pids[0])


@pytest.fixture
def orphaning_worker(engine, repo, watch, slow_source, tmp_path):
    """A process in which a backup runs, and that backup's process."""
    arguments = (repo.location, repo.password, str(tmp_path / "cache"), str(slow_source))
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        pid, created_at = worker.stdout.readline().split()
        worker.stdout.readline()
        yield worker, int(pid), float(created_at)
        worker.kill()


def test_restic_ends_with_a_killed_worker(orphaning_worker, back_up):
    worker, pid, created_at = orphaning_worker
    assert is_alive(pid, created_at)

    worker.kill()

    wait_until(lambda: not is_alive(pid, created_at))
    assert back_up().files_total == 3


def test_the_process_of_a_run_can_be_ended_from_elsewhere(orphaning_worker, repo):
    _, pid, created_at = orphaning_worker

    ended = stop_orphan(pid, created_at)

    assert ended is True
    assert not is_alive(pid, created_at)
    assert list(Path(repo.location, "locks").iterdir()) == []
