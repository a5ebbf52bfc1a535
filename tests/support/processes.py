"""Child processes of a test: started, awaited, and ended together with all that they started."""

import fcntl
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# Below the ports that the kernel gives to outgoing connections, which take one at any moment.
_PORTS = range(20_000, 32_000)
_reserved: list[IO[str]] = []


@dataclass
class Child:
    """A process under test and the file that takes what it prints."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        """Return everything printed so far, on both streams."""
        return self.log.read_text(errors="replace")

    def stop(self, seconds: float = 30) -> int:
        """Ask the process to end by TERM, kill what is left of its tree, return its exit code.

        What lost its parent inside the tree before the call is not found.
        """
        descendants = _descendants(self.pid)
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            descendants += _descendants(self.pid)
            self.process.kill()
        _kill(descendants)
        return self.process.wait()


@contextmanager
def running(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    port: int | None = None,
    is_ready: Callable[[], bool] | None = None,
    seconds: float = 120,
) -> Iterator[Child]:
    """Run `command` for the length of the block, from the moment that it is ready.

    `env` is laid over this process's environment. Ready means that `port` takes connections on
    loopback and that `is_ready` says so, whichever are given. Raises AssertionError with the
    child's output when it ends before that or needs more than `seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-child-") as folder:
        log = Path(folder) / "output"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(process, log)
        try:
            _await_ready(child, port, is_ready, seconds)
            yield child
        finally:
            child.stop()


def _await_ready(
    child: Child, port: int | None, is_ready: Callable[[], bool] | None, seconds: float
) -> None:
    def is_over_or_ready() -> bool:
        if child.process.poll() is not None:
            return True
        return (port is None or is_listening(port)) and (is_ready is None or is_ready())

    wait_until(is_over_or_ready, seconds=seconds, what="the child is ready", output=child.output)
    if (port is not None or is_ready is not None) and child.process.poll() is not None:
        raise AssertionError(f"the child ended with {child.process.poll()}:\n{child.output()}")


def wait_until(
    predicate: Callable[[], bool],
    *,
    seconds: float = 60,
    what: str = "the condition holds",
    output: Callable[[], str] | None = None,
) -> None:
    """Poll `predicate` until it is true; raise AssertionError with `output()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > deadline:
            said = f":\n{output()}" if output else ""
            raise AssertionError(f"waited {seconds} s until {what}, in vain{said}")
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    """Tell whether something takes connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free and that no other caller gets while we live.

    A server may be away for a while and find its port free when it comes back.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        if _reserve(port):
            return port
    raise AssertionError("every port is taken")


def _reserve(port: int) -> bool:
    folder = Path(tempfile.gettempdir(), f"holdfast-ports-{os.geteuid()}")
    folder.mkdir(exist_ok=True)
    reservation = (folder / str(port)).open("w")
    try:
        fcntl.flock(reservation, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        reservation.close()
        return False
    # The lock ends with this process.
    _reserved.append(reservation)
    return True


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=30)
