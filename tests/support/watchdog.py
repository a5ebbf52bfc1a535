"""Runs a server for as long as its owner lives, so that no crash of a test run leaves it behind."""

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest


def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this test run share and no other run has."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def owner_pid() -> int:
    """Return the process whose end is the end of the test run: with xdist the workers' parent."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def once_per_run(folder: Path, name: str, start: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `start` gave to the first caller of this run; later callers wait for it.

    When the process under the key `pid` has gone meanwhile, `start` is called again.
    """
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / f"{name}.json"
        state: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
        if not state or not psutil.pid_exists(state["pid"]):
            state = start()
            kept.write_text(json.dumps(state))
        return state


def launch(
    command: Sequence[str],
    *,
    folder: Path,
    owner: int,
    stop_signal: signal.Signals,
    user: str | None = None,
) -> int:
    """Start `command` in the background and return the pid of its watchdog.

    A TERM to the watchdog, or the end of `owner`, sends `stop_signal` to the command and removes
    `folder`. What the command prints goes to `folder/server.log`.
    """
    arguments = [str(owner), str(folder), str(int(stop_signal)), user or "-", *command]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def dismiss(pid: int) -> None:
    """End a watchdog and its server, and wait up to a minute until both have gone."""
    try:
        process = psutil.Process(pid)
        process.terminate()
        process.wait(60)
    except psutil.NoSuchProcess:
        return


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _watch(owner: int, folder: Path, stop_signal: int, user: str, command: list[str]) -> None:
    account: dict[str, Any] = {}
    if user != "-":
        account = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    # A TERM must not fall between the start and the wait: it is looked for below, never handled.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    server = subprocess.Popen(
        command,
        cwd=folder,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM}),
        **account,
    )
    while _lives(owner) and server.poll() is None:
        if signal.sigtimedwait({signal.SIGTERM}, 0.2) is not None:
            break
    server.send_signal(stop_signal)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def main(owner: str, folder: str, stop_signal: str, user: str, *command: str) -> None:
    """Leave the caller: the first process prints the pid of the second, which stays."""
    pid = os.fork()
    if pid:
        print(pid)
        return
    os.setsid()
    log = os.open(Path(folder) / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)
    _watch(int(owner), Path(folder), int(stop_signal), user, list(command))


if __name__ == "__main__":
    main(*sys.argv[1:])
