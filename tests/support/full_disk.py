"""A disk with no room left under a process, and room again; mounted where that is permitted."""

import errno
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

SIZE_BYTES = 24 * 1024 * 1024


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Make the folder a file system of its own; False, and a plain folder, where nobody may."""
    folder.mkdir()
    is_mounted = _mount(folder)
    yield is_mounted
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Take all the room that this file system has left, for the length of the block."""
    rest = folder / "rest"
    with rest.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError as full:
            if full.errno != errno.ENOSPC:
                raise
    yield
    rest.unlink()


@contextmanager
def no_room(process: psutil.Process) -> Iterator[None]:
    """Let no file grow under this process and those that it started; needs no right to mount."""
    family = [process.pid, *(child.pid for child in process.children(recursive=True))]
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    for pid in family:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
    yield
    for pid in family:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


def _mount(folder: Path) -> bool:
    mount = shutil.which("mount", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if mount is None:
        return False
    command = [mount, "-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0
