"""Listing what a repository holds."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.engines.base import EngineError, Repository
from app.engines.restic import Restic


def test_snapshots_come_newest_first_in_utc(back_up, engine, repo, restic, source):
    newest = back_up(tags=("job-7",))
    restic("backup", "--time=2020-05-04 03:02:01", str(source))

    snapshots = engine.snapshots(repo)

    assert snapshots[0].id.startswith(newest.snapshot_id)
    assert snapshots[0].time.tzinfo is UTC
    assert snapshots[0].paths == (str(source),)
    assert snapshots[1].time.year == 2020
    assert snapshots[0].time <= datetime.now(UTC)


def test_an_empty_repository_has_none(engine, repo, watch):
    assert engine.snapshots(repo) == []


def test_a_missing_repository_is_told(engine, tmp_path):
    with pytest.raises(EngineError) as refusal:
        engine.snapshots(Repository(str(tmp_path / "nowhere"), "correct horse"))

    assert refusal.value.code == "REPOSITORY_NOT_FOUND"


def test_the_wrong_password_is_told(back_up, engine, repo):
    back_up()

    with pytest.raises(EngineError) as refusal:
        engine.snapshots(replace(repo, password="battery staple"))

    assert refusal.value.code == "WRONG_PASSWORD"


def test_a_repository_that_does_not_answer_in_time_fails(tmp_path):
    deaf = Path(tmp_path, "deaf-restic")
    deaf.write_text("#!/bin/sh\nexec sleep 60\n")
    deaf.chmod(0o700)

    with pytest.raises(EngineError) as refusal:
        Restic(str(tmp_path), binary=str(deaf)).snapshots(Repository("x", "y"), timeout_seconds=0.5)

    assert refusal.value.code == "ENGINE_FAILED"
    assert "0.5 s" in refusal.value.message
