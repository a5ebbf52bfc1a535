"""A storage of a few megabytes that is soon full, and that can be given room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SMALL_BYTES = 3 * 1024 * 1024
ROOMY = "64m"
# The shell counts in blocks of 512 bytes.
_LIMITED = """#!/bin/sh
# The restic that the rest of PATH has, with a limit to its files while one beside this says so.
folder=$(dirname "$0")
PATH=${{PATH#"$folder":}}
[ ! -e "$folder/full" ] || ulimit -f {blocks}
exec restic "$@"
"""


@dataclass(frozen=True)
class SmallStorage:
    """A folder, and a folder for PATH whose restic meets its end of room where no disk does."""

    folder: Path
    programs: Path
    is_mounted: bool

    @property
    def search(self) -> str:
        """The beginning of the worker's PATH."""
        return f"{self.programs}{os.pathsep}"

    def make_room(self) -> None:
        if self.is_mounted:
            command = ["mount", "-o", f"remount,size={ROOMY}", str(self.folder)]
            subprocess.run(command, check=True)
        else:
            (self.programs / "full").unlink()


@contextmanager
def small_storage(folder: Path, programs: Path) -> Iterator[SmallStorage]:
    """A file system of its own where this may be mounted; else restic's files may not grow."""
    folder.mkdir()
    programs.mkdir()
    is_mounted = _mount(folder)
    if not is_mounted:
        program = programs / "restic"
        program.write_text(_LIMITED.format(blocks=SMALL_BYTES // 2 // 512))
        program.chmod(0o755)
        (programs / "full").touch()
    yield SmallStorage(folder, programs, is_mounted)
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    shutil.rmtree(folder)


def _mount(folder: Path) -> bool:
    mount = shutil.which("mount", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if mount is None:
        return False
    command = [mount, "-t", "tmpfs", "-o", f"size={SMALL_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0
