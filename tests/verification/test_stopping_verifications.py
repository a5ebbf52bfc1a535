"""How a verification ends before its work is done, and what it leaves behind: nothing."""

import os
import shutil
import threading

import psutil
import pytest

from app.backups.service import running as runs
from app.core import clock
from app.verification.models import Verification
from app.verification.service import scratch, sweeping
from tests.support.processes import wait_until

# Of 200 KB, a reading takes minutes.
SLOW = """#!/bin/sh
exec {restic} --limit-download 1 "$@"
"""


class Slow:
    """A restore test in the middle of its work, in a thread."""

    def __init__(self, lab, job):
        self.lab, self.job, self.stopping = lab, job, threading.Event()
        self.id = lab.queue(job, "restore", scope="full")
        self.thread = threading.Thread(target=lambda: lab.work(self.id, self.stopping))
        self.thread.start()
        # The second process restores, or lists, what takes as long.
        wait_until(lambda: self.row().engine_pid is not None and lab.scratch(), seconds=60)
        self.engine = self.row()

    def row(self):
        return self.lab.row(Verification, self.id)

    def wait(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.row()


@pytest.fixture
def slow(lab, tmp_path, monkeypatch):
    program = tmp_path / "restic"
    program.write_text(SLOW.format(restic=shutil.which("restic")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    slow = Slow(lab, lab.job())
    yield slow
    slow.stopping.set()
    slow.thread.join(60)


def test_a_cancel_ends_the_process_and_leaves_nothing_behind(lab, cast, slow):
    response = lab.operator.post(f"/api/v1/verify/{slow.id}/cancel")

    done = slow.wait()
    assert response.status_code == 202
    assert (done.status, done.result, done.error_code) == ("cancelled", None, None)
    assert not any(below_us())
    assert (cast.events(), lab.scratch()) == (["verification.cancelled"], [])


def test_a_stopping_worker_gives_it_back(lab, cast, slow):
    slow.stopping.set()

    left = slow.wait()
    assert (left.status, left.attempt, left.lease_owner) == ("queued", 1, None)
    assert (cast.events(), lab.scratch()) == ([], [])


def test_a_lost_one_is_failed_and_its_scratch_swept(app, lab, cast, slow):
    lab.change(Verification, slow.id, lease_owner="killed", lease_until=clock.utcnow())

    with app.app_context():
        assert sweeping.fail_lost(clock.utcnow()) == 1
        scratch.sweep(clock.utcnow())

    left = slow.wait()
    assert (left.status, left.result, left.error_code) == ("failed", None, "WORKER_LOST")
    assert (cast.events(), lab.scratch()) == (["verification.failed"], [])


def test_a_backup_goes_on_meanwhile_and_leaves_retention_for_later(app, lab, slow, monkeypatch):
    lab.restic(slow.job, "backup", "--time=2020-01-01 00:00:00", slow.job.source_path)
    response = lab.operator.post(f"/api/v1/backups/{slow.job.id}/run", {})

    with app.app_context():
        runs.run_execution(response.json["data"]["id"], "other", threading.Event())

    told = lab.operator.get(response.headers["Location"]).json["data"]
    log = lab.operator.get(f"{response.headers['Location']}/log").text
    assert told["status"] == "success"
    assert "Retention left for the next run" in log
    assert slow.row().status == "running"


def below_us():
    return [p for p in psutil.Process().children(recursive=True) if "restic" in p.name()]
