"""Repositories and sources for restic, and restic itself as a person would call it."""

import os
import subprocess
from pathlib import Path

from app.engines.base import Repository
from app.engines.processes import Deadline
from app.engines.restic import Restic
from tests.support.restic_keys import cheapen

PASSWORD = "correct horse"
SLOW_SOURCE_BYTES = 40 * 1024**3


def make_repository(folder: Path) -> Path:
    """An empty repository, to be copied: making one takes restic three seconds.

    Opening one takes restic half a second, half of it for its password; here that is cheap.
    """
    repository = Repository(str(folder / "empty"), PASSWORD)
    Restic(str(folder / "cache")).ensure_repository(repository, Deadline(60))
    cheapen(folder / "empty", PASSWORD)
    return folder / "empty"


def make_slow_file(path: Path) -> Path:
    """A file that takes minutes to read and no room on the disk."""
    with path.open("wb") as file:
        file.truncate(SLOW_SOURCE_BYTES)
    return path


def call_restic(location: str, home: Path, *arguments: str) -> str:
    """What restic says of a repository, asked without our engine."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "RESTIC_REPOSITORY": location,
        "RESTIC_PASSWORD": PASSWORD,
    }
    done = subprocess.run(
        ["restic", "--no-cache", *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        errors="surrogateescape",
    )
    return done.stdout
