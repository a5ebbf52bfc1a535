"""What a repository's location says, and the care that one on this machine needs."""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from app.engines.base import (
    ENGINE_FAILED,
    STORAGE_FULL,
    STORAGE_UNAVAILABLE,
    EngineError,
    Stopped,
    Watch,
)

_REMOTE = re.compile(r"(sftp|rest|s3|azure|gs|swift|b2|rclone):")
_WAIT_SECONDS = 0.1


def local_path(location: str) -> Path | None:
    """Return the folder of a repository on this machine, None for one elsewhere."""
    if _REMOTE.match(location):
        return None
    return Path(location.removeprefix("local:"))


def escape(path: str) -> str:
    """Write a path as a restic pattern that matches only itself."""
    return re.sub(r"([\\*?\[])", r"\\\1", path)


def escape_brackets(path: str) -> str:
    """Write a path as a pattern in which only `*` and `?` are wildcards."""
    pattern = re.sub(r"([\\\[])", r"\\\1", path)
    return f"\\{pattern}" if pattern.startswith("!") else pattern


@contextlib.contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn a refusal of the file system into an EngineError that says what it met."""
    try:
        yield
    except OSError as exc:
        is_full = exc.errno in (errno.ENOSPC, errno.EDQUOT)
        code = STORAGE_FULL if is_full else STORAGE_UNAVAILABLE
        raise EngineError(code, f"{what}: {exc.strerror}.") from exc
    except ValueError as exc:
        raise EngineError(STORAGE_UNAVAILABLE, f"{what}: it is not a path.") from exc


def is_surely_absent(location: str) -> bool:
    """Say that a repository on this machine is not there; False for one elsewhere."""
    folder = local_path(location)
    if folder is None:
        return False
    with refusals("The repository cannot be opened"):
        return not (folder / "config").exists()


def prepare(location: str) -> None:
    """Make a local repository's place ready for its creation: private parents, nothing stale."""
    folder = local_path(location)
    if folder is None:
        return
    with refusals("The repository cannot be created"):
        make_private_folders(folder.parent)
        _clear_half_made(folder)


def make_private_folders(folder: Path) -> None:
    """Create a folder and its missing parents, all of them for our own user only."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def _clear_half_made(folder: Path) -> None:
    """Remove the keys of a repository whose creation was cut short before its config.

    restic writes a key first, and a second key made later would not fit the config. Raises
    EngineError when the folder holds data: then a config was lost, and nothing is touched.
    """
    kept = (path for part in ("data", "snapshots") for path in (folder / part).rglob("*"))
    if any(path.is_file() for path in kept):
        raise EngineError(ENGINE_FAILED, "The repository holds data but has lost its config.")
    for key in (folder / "keys").glob("*"):
        key.unlink(missing_ok=True)


@contextlib.contextmanager
def creation_turn(cache_dir: str, location: str, watch: Watch) -> Iterator[None]:
    """Let one creator of a repository go at a time on this machine; the others wait.

    A few lock files serve all repositories, so a wait may be another one's. Two machines that
    create the same repository at once are not kept apart.
    """
    name = hashlib.sha256(location.encode("utf-8", "surrogateescape")).hexdigest()[:2]
    lock_file = Path(cache_dir) / f"create-{name}.lock"
    with refusals("The cache folder cannot be used"):
        make_private_folders(lock_file.parent)
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(descriptor):
            if watch.should_stop():
                raise Stopped()
            time.sleep(_WAIT_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
