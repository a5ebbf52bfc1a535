"""Making a repository, and leaving one alone."""

import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.engines.base import EngineError, Repository
from app.engines.restic import Restic


def test_first_use_creates_the_repository_in_private_folders(engine, absent_repo, watch, tmp_path):
    created = engine.ensure_repository(absent_repo, watch)

    assert created is True
    modes = [path.stat().st_mode for path in (tmp_path / "storage", tmp_path / "storage/tenant")]
    assert [stat.S_IMODE(mode) for mode in modes] == [0o700, 0o700]


def test_second_use_leaves_the_repository_as_it_is(engine, repo, watch):
    config = Path(repo.location, "config").read_bytes()

    created = engine.ensure_repository(repo, watch)

    assert created is False
    assert Path(repo.location, "config").read_bytes() == config


def test_another_password_is_refused_and_creates_nothing(engine, repo, watch):
    with pytest.raises(EngineError) as refusal:
        engine.ensure_repository(replace(repo, password="battery staple"), watch)

    assert refusal.value.code == "WRONG_PASSWORD"
    assert len(list(Path(repo.location, "keys").iterdir())) == 1


def test_creators_at_the_same_time_make_one_repository(engine, absent_repo, watch):
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(engine.ensure_repository(absent_repo, watch))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [False, False, True]
    assert len(list(Path(absent_repo.location, "keys").iterdir())) == 1


def test_a_creation_that_was_cut_short_is_done_again(engine, repo, watch):
    Path(repo.location, "config").unlink()

    created = engine.ensure_repository(repo, watch)

    assert created is True
    assert engine.snapshots(repo) == []


def test_data_without_a_config_is_not_touched(engine, repo, watch, back_up):
    back_up()
    Path(repo.location, "config").unlink()

    with pytest.raises(EngineError) as refusal:
        engine.ensure_repository(repo, watch)

    assert refusal.value.code == "ENGINE_FAILED"
    assert len(list(Path(repo.location, "keys").iterdir())) == 1


def test_a_place_that_cannot_hold_a_repository_is_unavailable(engine, watch, tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(EngineError) as refusal:
        engine.ensure_repository(Repository(str(tmp_path / "file/job"), "correct horse"), watch)

    assert refusal.value.code == "STORAGE_UNAVAILABLE"


def test_a_server_that_is_not_there_is_unavailable(engine, watch):
    repo = Repository("rest:http://user:hunter22@127.0.0.1:9/job", "correct horse")

    with pytest.raises(EngineError) as refusal:
        engine.ensure_repository(repo, watch)

    assert refusal.value.code == "STORAGE_UNAVAILABLE"
    assert "hunter22" not in refusal.value.message + "".join(watch.lines)


def test_a_missing_restic_is_named(absent_repo, watch, tmp_path):
    engine = Restic(str(tmp_path / "cache"), binary="no-such-restic")

    with pytest.raises(EngineError) as refusal:
        engine.ensure_repository(absent_repo, watch)

    assert refusal.value.code == "ENGINE_MISSING"
    assert engine.version() is None


def test_the_version_is_told(engine):
    assert engine.version().startswith("0.")
