"""A real restic, a fresh repository and a watch that writes down what it hears."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from app.engines.base import BackupOutcome, BackupRequest, Progress, Repository
from app.engines.restic import Restic
from tests.support.repositories import PASSWORD, call_restic, make_slow_file


@dataclass
class Notebook:
    """A watch that remembers, and asks to stop once `stop_when` holds."""

    processes: list[tuple[int, float]] = field(default_factory=list)
    heard: list[Progress] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    stop_when: Callable[["Notebook"], bool] = lambda notebook: False

    def started(self, pid: int, created_at: float) -> None:
        self.processes.append((pid, created_at))

    def progress(self, progress: Progress) -> None:
        self.heard.append(progress)

    def log(self, line: str) -> None:
        self.lines.append(line)

    def should_stop(self) -> bool:
        return self.stop_when(self)


@pytest.fixture
def watch():
    return Notebook()


@pytest.fixture
def engine(tmp_path):
    return Restic(cache_dir=str(tmp_path / "cache"))


@pytest.fixture
def absent_repo(tmp_path):
    """A repository that nobody has made yet."""
    return Repository(str(tmp_path / "storage" / "tenant" / "job"), PASSWORD)


@pytest.fixture
def repo(absent_repo, empty_repository):
    """An empty repository."""
    shutil.copytree(empty_repository, absent_repo.location)
    return absent_repo


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"file-{number}.bin").write_bytes(os.urandom(4096))
    return folder


@pytest.fixture
def slow_source(tmp_path):
    """A file that takes minutes to read."""
    return make_slow_file(tmp_path / "slow.img")


@pytest.fixture
def back_up(engine, repo, watch, source) -> Callable[..., BackupOutcome]:
    """Back the source up as asked."""

    def call(source_path: Path | str = source, **request) -> BackupOutcome:
        return engine.backup(repo, BackupRequest(str(source_path), **request), watch)

    return call


@pytest.fixture
def restic(repo, tmp_path):
    """Call restic itself, for what the engine has no reason to do."""
    return partial(call_restic, repo.location, tmp_path)
