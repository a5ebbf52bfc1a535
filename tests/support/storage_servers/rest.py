"""`rclone serve restic`, which speaks the protocol of restic's REST server over a folder."""

import dataclasses
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from app.storage.drivers.base import Place
from tests.support.processes import Child, running, wait_until
from tests.support.storage_servers.ground import FOLDER, Ground, with_credentials

USER = "backup"
PASSWORD = "a password of the server's"


@contextmanager
def rclone(folder: Path, remote: str, *arguments: str) -> Iterator[Place]:
    """Serve one of rclone's remotes, such as a folder; gives its root."""
    command = ("rclone", "serve", "restic", "--addr", "127.0.0.1:0", "--config", str(folder / "no"))
    who = ("--user", USER, "--pass", PASSWORD)
    with running((*command, *who, *arguments, remote)) as child:
        wait_until(lambda: bool(_urls(child)), what="rclone listens", output=child.output)
        credentials = {"username": USER, "password": PASSWORD}
        yield Place("rest", f"rest:{_urls(child)[0]}/", credentials)


def _urls(child: Child) -> list[str]:
    return re.findall(r"Serving restic REST API on (https?://127\.0\.0\.1:\d+)/", child.output())


def ground_over(server: Place, read_only: Place, folder: Path, empty_repository: Path) -> Ground:
    place = below(server, FOLDER)

    def fill() -> int:
        return _copy(empty_repository, folder / FOLDER)

    return Ground(
        place=place,
        read_only_code="STORAGE_FAILED",
        read_only=below(read_only, FOLDER),
        refused=with_credentials(place, password="not the password"),
        names=lambda: {name for _, _, files in os.walk(folder) for name in files},
        fill=fill,
    )


def below(server: Place, path: str) -> Place:
    return dataclasses.replace(server, connection_string=server.connection_string + quote(path))


def _copy(repository: Path, folder: Path) -> int:
    shutil.copytree(repository, folder, dirs_exist_ok=True)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
