"""Retention, and the locks that stand in its way."""

import os
import signal
from pathlib import Path

import pytest

from app.engines.base import BackupRequest, EngineError


@pytest.fixture
def left_lock(engine, repo, watch, slow_source):
    """The lock of a backup whose restic was killed."""

    def kill(notebook):
        if notebook.heard:
            os.kill(notebook.processes[-1][0], signal.SIGKILL)
        return False

    watch.stop_when = kill
    with pytest.raises(EngineError, match=f"signal {signal.SIGKILL.value}"):
        engine.backup(repo, BackupRequest(str(slow_source)), watch)
    watch.stop_when = lambda notebook: False
    return locks_of(repo)[0]


def locks_of(repo) -> list[Path]:
    return list(Path(repo.location, "locks").iterdir())


def test_old_snapshots_expire_also_those_of_another_path(
    back_up, engine, repo, watch, restic, source, tmp_path
):
    back_up()
    old_path = tmp_path / "old-path"
    source.rename(old_path)
    restic("backup", "--time=2020-01-01 00:00:00", str(old_path))
    restic("backup", "--time=2020-02-01 00:00:00", "--host=elsewhere", "--tag=t", str(old_path))

    engine.forget(repo, keep_within_days=30, watch=watch)

    assert [snapshot.paths for snapshot in engine.snapshots(repo)] == [(str(source),)]


def test_the_newest_snapshot_stays_however_old(engine, repo, watch, restic, source):
    restic("backup", "--time=2020-01-01 00:00:00", str(source))

    engine.forget(repo, keep_within_days=1, watch=watch)

    assert len(engine.snapshots(repo)) == 1


def test_the_data_of_what_expired_is_dropped(back_up, engine, repo, watch, restic, tmp_path):
    (tmp_path / "large").write_bytes(b"".join(bytes([n]) * 70_000 for n in range(20)))
    restic("backup", "--time=2020-01-01 00:00:00", str(tmp_path / "large"))
    back_up()
    blobs_before = restic("list", "blobs")

    engine.forget(repo, keep_within_days=1, watch=watch)

    assert len(restic("list", "blobs").splitlines()) < len(blobs_before.splitlines())


def test_less_than_a_day_is_refused(engine, repo, watch):
    with pytest.raises(ValueError, match="at least 1"):
        engine.forget(repo, keep_within_days=0, watch=watch)


def test_a_lock_stands_in_the_way_until_all_are_removed(engine, repo, watch, left_lock):
    with pytest.raises(EngineError) as refusal:
        engine.forget(repo, keep_within_days=1, watch=watch)
    assert refusal.value.code == "REPOSITORY_LOCKED"

    engine.unlock(repo, watch, remove_all=True)
    engine.forget(repo, keep_within_days=1, watch=watch)

    assert locks_of(repo) == []


def test_a_lock_of_a_dead_process_is_stale(engine, repo, watch, left_lock):
    engine.unlock(repo, watch, remove_all=False)

    assert not left_lock.exists()
