"""What a backup reads: looked at before it begins, and again when some of it was missing."""

import os
import stat
from dataclasses import dataclass

from app.engines.base import SOURCE_NOT_FOUND, SOURCE_UNREADABLE, EngineError


@dataclass(frozen=True)
class Source:
    """An absolute path that was there, and for a folder which one it was: device and inode."""

    path: str
    folder: tuple[int, int] | None

    def has_vanished(self) -> bool:
        """Say whether the folder has gone since, or another stands where it was.

        What is left behind by a disk that was unmounted is another, and empty. A file that was
        replaced while it was read does not count: all of the old one was still there.
        """
        try:
            return self.folder is not None and _folder_at(self.path) != self.folder
        except OSError:
            return True


def find_source(source_path: str) -> Source:
    """Return the source, with what a link points to, as restic keeps bare links.

    Raises SOURCE_NOT_FOUND and SOURCE_UNREADABLE.
    """
    path = os.path.abspath(source_path)
    try:
        path = os.path.realpath(path) if os.path.islink(path) else path
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        elif stat.S_ISREG(mode):
            os.close(os.open(path, os.O_RDONLY))
        return Source(path, _folder_at(path))
    except (FileNotFoundError, NotADirectoryError, ValueError) as exc:
        raise EngineError(SOURCE_NOT_FOUND, f"{source_path} does not exist.") from exc
    except OSError as exc:
        raise EngineError(SOURCE_UNREADABLE, f"{source_path}: {exc.strerror}.") from exc


def _folder_at(path: str) -> tuple[int, int] | None:
    found = os.stat(path)
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
