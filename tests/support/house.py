"""The system's own processes as a test starts them, and what it sees of their runs."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

from app.backups.models import Execution
from app.core.db import db
from app.core.tenancy import unscoped
from tests.support.cast import Caller
from tests.support.processes import Child, running, wait_until

ROOT = Path(__file__).resolve().parents[2]
SLOW_BYTES = 16 * 1024 * 1024
# In KiB a second: SLOW_BYTES take a minute, or eight seconds where a test waits for their end.
CRAWLING = 256
WALKING = 2048
SHORT_LEASE_SECONDS = 6
_WRAPPER = """#!/bin/sh
# The real restic, throttled by its own options while a file beside this one says so.
folder=$(dirname "$0")
[ ! -e "$folder/slow" ] || set -- --limit-upload "$(cat "$folder/slow")" "$@"
case " $* " in
*" forget "*) [ ! -e "$folder/slow-forget" ] || set -- --no-cache --limit-download 1 "$@" ;;
*" restore "*) [ ! -e "$folder/slow-restore" ] || set -- --limit-download 1 "$@" ;;
esac
exec {restic} "$@"
"""


class Throttle:
    """A folder for PATH whose restic is the real one, slow for as long as a test wants it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "restic"
        program.write_text(_WRAPPER.format(restic=shutil.which("restic")))
        program.chmod(0o755)

    @property
    def path(self) -> str:
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def slow_down(self, kib_per_second: int = CRAWLING) -> None:
        """Hold uploads to so much; by default a slow job's take a minute, time to end them in."""
        (self.folder / "slow").write_text(str(kib_per_second))

    def slow_down_forgetting(self) -> None:
        """Hold the reads of `forget` to 1 KiB/s; that of a long list of excludes is one."""
        (self.folder / "slow-forget").touch()

    def slow_down_restoring(self) -> None:
        """Hold the reads of `restore` to 1 KiB/s."""
        (self.folder / "slow-restore").touch()

    def speed_up(self) -> None:
        for name in ("slow", "slow-forget", "slow-restore"):
            (self.folder / name).unlink(missing_ok=True)


@contextmanager
def house_process(name: str, environ: Mapping[str, str]) -> Iterator[Child]:
    """Run `flask holdfast worker` or `scheduler`, from the moment that it says it has started."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", name]
    with running(command, env=environ, cwd=ROOT) as child:
        wait_until(
            lambda: f"{name}_started" in child.output(), seconds=120, what=name, output=child.output
        )
        yield child


def queue_run(caller: Caller, job: Any) -> int:
    """Ask for a run over HTTP; gives the execution's id."""
    response = caller.post(f"/api/v1/backups/{job.id}/run", {})
    assert response.status_code == 202, response.text
    return int(response.json["data"]["execution_id"])  # type: ignore[index]


def read(app: Flask, execution_id: int) -> Execution:
    """The execution as it stands in the database now."""
    with app.app_context(), unscoped(read_only=True):
        return db.session.get_one(Execution, execution_id)


def await_status(
    app: Flask, execution_id: int, status: str, child: Child | None = None, seconds: float = 120
) -> Execution:
    """Wait until the execution has this status."""

    def output() -> str:
        row = read(app, execution_id)
        return f"{row.status} {row.error_message}\n{child.output() if child else ''}"

    wait_until(
        lambda: read(app, execution_id).status == status,
        seconds=seconds,
        what=f"execution {execution_id} is {status}",
        output=output,
    )
    return read(app, execution_id)


def await_engine(worker: Child, command: str, seconds: float = 120) -> psutil.Process:
    """Wait until this worker's restic does `backup`, `forget` or another command."""
    return await_engines(worker, command, 1, seconds)[0]


def await_engines(
    worker: Child, command: str, count: int, seconds: float = 120
) -> list[psutil.Process]:
    """Wait until so many restics of this worker do this command at once."""
    found: list[psutil.Process] = []

    def look() -> bool:
        found[:] = [p for p in engines_below(worker.pid) if command in _words(p)]
        return len(found) >= count

    wait_until(look, seconds=seconds, what=f"restic does {command}", output=worker.output)
    return found


def engines_below(pid: int) -> list[psutil.Process]:
    try:
        children = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child for child in children if any("restic" in word for word in _words(child)[:1])]


def is_gone(process: psutil.Process) -> bool:
    """It ended; one that nobody has waited for yet counts as ended."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
