"""A folder of this machine, or a share that is mounted into one."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from app.storage.drivers.attempt import Attempt
from app.storage.drivers.base import MOST_BYTES, Immutability, Place, Space
from app.storage.drivers.connections import parse
from app.storage.drivers.errors import (
    STORAGE_FULL,
    STORAGE_NOT_FOUND,
    STORAGE_READ_ONLY,
    STORAGE_REFUSED,
    STORAGE_UNREACHABLE,
    DriverError,
)

_CODES = {
    errno.ENOENT: STORAGE_NOT_FOUND,
    errno.ENOTDIR: STORAGE_NOT_FOUND,
    errno.EROFS: STORAGE_READ_ONLY,
    errno.EACCES: STORAGE_REFUSED,
    errno.EPERM: STORAGE_REFUSED,
    errno.ENOSPC: STORAGE_FULL,
    errno.EDQUOT: STORAGE_FULL,
}
_WORDS = {
    STORAGE_NOT_FOUND: "The folder does not exist. Is its disk mounted?",
    STORAGE_READ_ONLY: "The file system is mounted read-only.",
    STORAGE_REFUSED: "Holdfast's user may not use this folder.",
    STORAGE_FULL: "The file system is full, or the quota is used up.",
}


class LocalStore:
    """A folder that exists; it is never made here, since that would hide a disk not mounted."""

    host_key: str | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look(self) -> None:
        with os.scandir(self._folder) as entries:
            next(entries, None)

    def write(self, name: str, data: bytes) -> None:
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            # A full disk of another machine is often told only now.
            os.fsync(file.fileno())

    def read(self, name: str) -> bytes:
        with (self._folder / name).open("rb") as file:
            return file.read(MOST_BYTES)

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def volume(self) -> Space:
        told = os.statvfs(self._folder)
        return Space(
            total_bytes=told.f_blocks * told.f_frsize,
            used_bytes=(told.f_blocks - told.f_bfree) * told.f_frsize,
            free_bytes=told.f_bavail * told.f_frsize,
        )

    def used_bytes(self) -> int | None:
        return None

    def probe_immutability(self, days: int) -> Immutability:
        return Immutability(None, "A folder keeps nothing from being deleted that could be tried.")


class LocalDriver:
    """Folders, by the operating system's own calls."""

    @contextlib.contextmanager
    def open(self, place: Place, attempt: Attempt) -> Iterator[LocalStore]:
        yield LocalStore(Path(parse(place.provider_type, place.connection_string).path))

    @contextlib.contextmanager
    def refusals(self, place: Place) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            code = _CODES.get(exc.errno or 0, STORAGE_UNREACHABLE)
            words = _WORDS.get(code, f"The folder cannot be used: {exc.strerror}.")
            raise DriverError(code, words) from exc


DRIVER = LocalDriver()
