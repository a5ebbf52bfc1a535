"""Runs one child process under a watch, so that it can always be stopped and never blocks."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess  # nosec B404 # restic is a program
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import psutil

from app.engines.base import ENGINE_FAILED, ENGINE_MISSING, EngineError, Progress, Stopped, Watch
from app.engines.output import LINGER_SECONDS, Output, StreamName

LINE_BYTES = 16 * 1024
POLL_SECONDS = 0.25
INTERRUPT_SECONDS = 3
KILL_SECONDS = 5

OnLine = Callable[[StreamName, str], None]


class Deadline:
    """A watch that hears nothing and asks to stop once its seconds are over."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def started(self, pid: int, created_at: float) -> None:
        """Ignore the process."""

    def progress(self, progress: Progress) -> None:
        """Ignore the progress."""

    def log(self, line: str) -> None:
        """Ignore the line."""

    def should_stop(self) -> bool:
        """Say whether the time is over."""
        return time.monotonic() >= self._ends_at


def run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    watch: Watch,
    on_line: OnLine,
    line_bytes: int = LINE_BYTES,
) -> int:
    """Run a program to its end and return its exit code, negative when a signal ended it.

    Raises EngineError(ENGINE_MISSING) when there is no such program, and Stopped once the
    watch asks to stop: the child's whole process group gets SIGINT, and SIGKILL three seconds
    later. An exception of the watch or of `on_line` ends the child in the same way.
    """
    process = spawn(argv, environment)
    output = Output(process, line_bytes)
    with ended(process, output):
        watch.started(process.pid, created_at(process.pid))
        _follow(process, output, watch, on_line)
    return process.wait()


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes], output: Output) -> Iterator[None]:
    """End the child and what it started when the block raises, and let go of its streams."""
    try:
        yield
    except BaseException:
        output.discard()
        _end(process)
        # What the child had started itself may have ignored the interrupt.
        _signal_group(process.pid, signal.SIGKILL)
        raise
    finally:
        output.discard()
        if output.open_streams:
            _signal_group(process.pid, signal.SIGKILL)
        output.join()


def spawn(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own, which the kernel interrupts when its parent dies."""
    program = shutil.which(argv[0])
    if program is None:
        raise EngineError(ENGINE_MISSING, f"{argv[0]} is not installed on this host.")
    try:
        # The death signal belongs to the thread that spawns, so this must stay in the caller's.
        # A list and no shell; what comes from people never stands where an option could.
        return subprocess.Popen(  # noqa: S603  # nosec B603
            [*_death_wrapper(), program, *argv[1:]],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except ValueError as exc:
        raise EngineError(ENGINE_FAILED, "A value holds a character no path can hold.") from exc
    except OSError as exc:
        raise EngineError(ENGINE_FAILED, f"{argv[0]} cannot start: {exc.strerror}.") from exc


@functools.cache
def _death_wrapper() -> tuple[str, ...]:
    """Return the command prefix by which the kernel interrupts a child when its parent dies."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "INT", "--") if setpriv else ()


def created_at(pid: int) -> float:
    """Say when a child was started, in seconds since 1970."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        # Some systems tell nothing of a child that has already ended; it began just now.
        return time.time()


def _follow(
    process: subprocess.Popen[bytes], output: Output, watch: Watch, on_line: OnLine
) -> None:
    next_poll = 0.0
    ended_at: float | None = None
    while output.open_streams or not has_ended(process):
        line = output.next() if output.open_streams else None
        if line is not None and line.data is not None:
            on_line(line.stream, line.data.decode("utf-8", errors="replace"))
        now = time.monotonic()
        if now >= next_poll:
            next_poll = now + POLL_SECONDS
            if process.poll() is None and watch.should_stop():
                raise Stopped()
        if line is None and process.poll() is not None:
            # A grandchild may hold the streams open for ever after the child has ended.
            ended_at = ended_at or now
            if now - ended_at > LINGER_SECONDS:
                return


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Say whether it ended, after a moment's wait."""
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGINT, INTERRUPT_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        if process.poll() is not None:
            return
        _signal_group(process.pid, number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def _signal_group(group: int, number: signal.Signals) -> None:
    # Nobody may be left in the group, or what is left may have changed its user.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def is_alive(pid: int, created_at: float) -> bool:
    """Say whether the process that started at `created_at` (seconds, ±1) still runs.

    A process number is used again after a while: only both together name a process. One that
    has ended but was not waited for yet counts as ended.
    """
    return _find(pid, created_at) is not None


def stop_orphan(pid: int, created_at: float, wait_seconds: float = 5) -> bool:
    """End a process, and its group where it leads one; True when it was there and is gone.

    Interrupts first, so that it can remove its lock, and kills after `wait_seconds`. Does
    nothing unless number and start time match, and never to the calling process.
    """
    process = _find(pid, created_at)
    if process is None or pid == os.getpid():
        return False
    leads_group = _leads_group(pid)
    for number in (signal.SIGINT, signal.SIGKILL):
        # One signal only: a second interrupt would cut restic's cleaning up short.
        if leads_group:
            _signal_group(pid, number)
        else:
            _signal_one(process, number)
        if _wait_gone(pid, created_at, wait_seconds):
            break
    if leads_group:
        _signal_group(pid, signal.SIGKILL)
    return not is_alive(pid, created_at)


def _leads_group(pid: int) -> bool:
    try:
        return os.getpgid(pid) == pid != os.getpgrp()
    except ProcessLookupError:
        return False


def _signal_one(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)


def _wait_gone(pid: int, created_at: float, seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while is_alive(pid, created_at):
        if time.monotonic() >= ends_at:
            return False
        time.sleep(0.05)
    return True


def _find(pid: int, created_at: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - created_at) > 1:
            return None
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except (psutil.Error, ValueError, OverflowError):
        return None
