"""One child process, read line by line, and ended when somebody wants it to end."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess  # nosec B404 # restic is a program
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from holdfast_runner.errors import ENGINE_FAILED, ENGINE_MISSING, RunFailed, Stopped

LINE_BYTES = 64 * 1024
POLL_SECONDS = 0.25
LINGER_SECONDS = 2.0
INTERRUPT_SECONDS = 5.0
IS_WINDOWS = os.name == "nt"

Line = tuple[str, str]
OnLine = Callable[[str, str], None]


def run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    on_line: OnLine,
    stop_reason: Callable[[], str | None],
    on_start: Callable[[int], None] = lambda pid: None,
) -> int:
    """The program's exit code; raises RunFailed when it cannot start, and Stopped.

    `on_line` gets (`out` or `err`, line) in this thread. `stop_reason` is asked four times a
    second; the child then gets an interrupt, so that restic removes its lock, and is killed
    five seconds later.
    """
    process = _spawn(argv, environment)
    lines: queue.Queue[Line | None] = queue.Queue(500)
    readers = [
        threading.Thread(target=_read, args=(name, stream, lines), daemon=True)
        for name, stream in (("out", process.stdout), ("err", process.stderr))
    ]
    for reader in readers:
        reader.start()
    try:
        on_start(process.pid)
        _follow(process, lines, on_line, stop_reason)
    except BaseException:
        _end(process, lines)
        raise
    return process.wait()


def _spawn(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    program = shutil.which(argv[0])
    if program is None:
        raise RunFailed(ENGINE_MISSING, f"{argv[0]} is not installed on this host.")
    own_group: dict[str, Any] = {"start_new_session": True}
    if IS_WINDOWS:
        own_group = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    try:
        # The kernel counts the death of the thread that spawns, which waits here for the child.
        # A list and no shell.
        return subprocess.Popen(  # noqa: S603  # nosec B603
            [*_death_wrapper(), program, *argv[1:]],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **own_group,
        )
    except (OSError, ValueError) as error:
        raise RunFailed(ENGINE_FAILED, f"{argv[0]} cannot start: {error}") from error


def _death_wrapper() -> tuple[str, ...]:
    """The prefix by which the kernel interrupts a child whose parent was killed."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "INT", "--") if setpriv else ()


def _read(name: str, stream: IO[bytes], lines: queue.Queue[Line | None]) -> None:
    with stream:
        while piece := stream.readline(LINE_BYTES):
            lines.put((name, piece.decode("utf-8", "replace").rstrip("\r\n")))
    lines.put(None)


def _follow(
    process: subprocess.Popen[bytes],
    lines: queue.Queue[Line | None],
    on_line: OnLine,
    stop_reason: Callable[[], str | None],
) -> None:
    open_streams = 2
    ended_at: float | None = None
    asked_at = 0.0
    while open_streams:
        line: Line | None | str = "none"
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=POLL_SECONDS)
        if line is None:
            open_streams -= 1
        elif isinstance(line, tuple):
            on_line(*line)
        now = time.monotonic()
        if process.poll() is None and now - asked_at >= POLL_SECONDS:
            asked_at = now
            reason = stop_reason()
            if reason is not None:
                raise Stopped(reason)
        if process.poll() is not None and line == "none":
            # What the child started may hold its streams open for ever.
            ended_at = ended_at or now
            if now - ended_at > LINGER_SECONDS:
                return


def _end(process: subprocess.Popen[bytes], lines: queue.Queue[Line | None]) -> None:
    """Interrupt, wait while its output is thrown away, and kill what is left of its group."""
    _signal(process, interrupt=True)
    give_up = time.monotonic() + INTERRUPT_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(queue.Empty):
            lines.get(timeout=0.05)
    _signal(process, interrupt=False)
    process.wait()
    with contextlib.suppress(queue.Empty):
        while True:
            lines.get_nowait()


def _signal(process: subprocess.Popen[bytes], *, interrupt: bool) -> None:
    if IS_WINDOWS:
        with contextlib.suppress(OSError):
            if interrupt:
                process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
            else:
                process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGINT if interrupt else signal.SIGKILL)
