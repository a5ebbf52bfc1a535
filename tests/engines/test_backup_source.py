"""Sources that are missing, unreadable, strange or hostile."""

import os
from pathlib import Path

import pytest

from app.engines.base import EngineError, Repository

OWN_PROCESS = Path("/proc", str(os.getpid()))


def test_unreadable_files_are_counted_and_the_rest_is_kept(back_up, engine, repo, watch):
    # Nobody, root included, can read a process's memory from its beginning.
    others = [str(path) for path in OWN_PROCESS.iterdir() if path.name not in ("mem", "comm")]

    outcome = back_up(OWN_PROCESS, excludes=tuple(others))

    assert (outcome.unreadable, outcome.unreadable_count) == (True, 1)
    assert engine.snapshots(repo)[0].id.startswith(outcome.snapshot_id)
    assert [line for line in watch.lines if line.startswith(f"error: {OWN_PROCESS}/mem: ")]


def test_a_source_of_which_nothing_can_be_read_fails(back_up):
    with pytest.raises(EngineError) as refusal:
        back_up(OWN_PROCESS / "mem")

    assert refusal.value.code == "SOURCE_UNREADABLE"


@pytest.mark.parametrize("name", ["missing", "nul\0byte", "half-\ud800-a-pair"])
def test_a_source_that_does_not_exist_is_told(back_up, source, name):
    with pytest.raises(EngineError) as refusal:
        back_up(source / name)

    assert refusal.value.code == "SOURCE_NOT_FOUND"


def test_a_linked_source_stands_for_what_it_points_to(back_up, source, tmp_path):
    (tmp_path / "link").symlink_to(source)

    outcome = back_up(tmp_path / "link")

    assert outcome.files_total == 3


def test_a_repository_inside_the_source_is_left_out(back_up, repo, tmp_path, source):
    outcome = back_up(tmp_path, excludes=(str(tmp_path / "cache"),))

    assert Path(repo.location).is_relative_to(tmp_path)
    assert outcome.files_total == 3


@pytest.mark.parametrize("name", ["-x", "--help", "--exclude=*"])
def test_a_source_named_like_an_option_is_a_source(back_up, source, name, monkeypatch):
    (source / name).mkdir()
    (source / name / "file").write_text("kept")
    monkeypatch.chdir(source)

    outcome = back_up(name)

    assert outcome.files_total == 1


@pytest.mark.parametrize("value", ["-x", "--help", "--version", "--password-command=false"])
def test_an_exclude_or_tag_named_like_an_option_is_a_value(back_up, source, engine, repo, value):
    (source / value).write_text("left out")

    outcome = back_up(excludes=(value,), tags=(value,))

    assert outcome.files_total == 3
    assert engine.snapshots(repo)[0].tags == (value,)


def test_a_repository_named_like_an_option_is_a_folder(engine, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    engine.ensure_repository(Repository("--help", "correct horse"), watch)

    assert (tmp_path / "--help/config").is_file()
