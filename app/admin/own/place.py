"""Where backups of Holdfast itself go, and the private folder in which one is made."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.logging import get_logger
from app.core.portable.errors import NotPortable
from app.core.settings import settings
from app.engines.base import Progress, Repository
from app.engines.locations import make_private_folders
from app.engines.restic_series import ResticSeries
from app.engines.surroundings import storage_credentials

log = get_logger("own_backup")
TAG = "holdfast-own"
_FOLDER = "own-backup"


@dataclass(frozen=True)
class Place:
    """The repository, and the folder in which the tables are written while it is worked on."""

    repository: Repository
    folder: Path

    @property
    def engine(self) -> ResticSeries:
        """restic with a new cache: it would answer for lost data from one that still holds it."""
        return ResticSeries(str(self.folder / "cache"), TAG)

    @property
    def tables(self) -> Path:
        return self.folder / "holdfast"


class Listener:
    """Keeps what restic says for the log."""

    def started(self, pid: int, created_at: float) -> None:
        """Ignore the process: it ends with this one."""

    def progress(self, progress: Progress) -> None:
        """Ignore the progress."""

    def log(self, line: str) -> None:
        log.info("restic", line=line)

    def should_stop(self) -> bool:
        """Never: a signal ends this process itself."""
        return False


@contextlib.contextmanager
def opened(location: str | None, password_file: str | None) -> Iterator[Place]:
    """The repository that is named here, or by the settings, and a folder that is gone afterwards.

    One process a host at a time: it removes what a killed one left. Raises NotPortable.
    """
    repository = _repository(location, password_file)
    instance = Path(settings()["INSTANCE_PATH"])
    with _alone(instance / f"{_FOLDER}.lock"):
        folder = instance / _FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        make_private_folders(folder / "holdfast")
        try:
            yield Place(repository, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _repository(location: str | None, password_file: str | None) -> Repository:
    location = location or settings()["OWN_BACKUP_REPOSITORY"]
    password_file = password_file or settings()["OWN_BACKUP_PASSWORD_FILE"]
    if not location or not password_file:
        raise NotPortable(
            "Name the repository and the file with its password: --repository and --password-file,"
            " or the settings OWN_BACKUP_REPOSITORY and OWN_BACKUP_PASSWORD_FILE."
        )
    try:
        password = Path(password_file).read_text().rstrip("\r\n")
    except (OSError, ValueError) as exc:
        raise NotPortable("The file with the repository's password cannot be read.") from exc
    if not password:
        raise NotPortable("The file with the repository's password is empty.")
    return Repository(location, password, storage_credentials())


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise NotPortable(
            "Another backup or restore of Holdfast is under way on this host."
        ) from exc
