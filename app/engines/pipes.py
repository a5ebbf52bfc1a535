"""Reads a child's stdout as a file, under a watch, so that it can always be stopped."""

import contextlib
import subprocess  # nosec B404 # for the type alone
import time
from collections.abc import Iterator, Mapping, Sequence

from app.engines import processes
from app.engines.base import Stopped, Watch
from app.engines.output import LINGER_SECONDS, Output
from app.engines.processes import LINE_BYTES, POLL_SECONDS, OnLine


class Pipe:
    """The bytes that a child writes; its other stream goes to `on_line` on the way."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        output: Output,
        watch: Watch,
        on_line: OnLine,
    ) -> None:
        self.exit_code: int | None = None
        self._process = process
        self._output = output
        self._watch = watch
        self._on_line = on_line
        self._held = bytearray()
        self._next_poll = 0.0
        self._silent_since: float | None = None

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end; raises Stopped."""
        while len(self._held) < size and self._advance():
            continue
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece

    def drain(self) -> None:
        """Read what is left and drop it: a child that cannot write does not end."""
        while self._advance():
            self._held.clear()

    def _advance(self) -> bool:
        """Take in one piece or line; False when there will be none."""
        if not self._output.open_streams:
            return False
        line = self._output.next()
        if line is not None and line.data is not None:
            if line.stream == "stdout":
                self._held += line.data
            else:
                self._on_line("stderr", line.data.decode("utf-8", errors="replace"))
        self._poll()
        return line is not None or not self._was_left_open()

    def _poll(self) -> None:
        now = time.monotonic()
        if now >= self._next_poll:
            self._next_poll = now + POLL_SECONDS
            if self._process.poll() is None and self._watch.should_stop():
                raise Stopped()

    def _was_left_open(self) -> bool:
        """A grandchild may hold the streams open for ever after the child has ended."""
        if self._process.poll() is None:
            return False
        self._silent_since = self._silent_since or time.monotonic()
        return time.monotonic() - self._silent_since > LINGER_SECONDS


@contextlib.contextmanager
def piped(
    argv: Sequence[str], environment: Mapping[str, str], watch: Watch, on_line: OnLine
) -> Iterator[Pipe]:
    """Run a program for the length of the block; `exit_code` is set after it.

    What the block leaves unread is read and dropped. Raises as `processes.run` does, and an
    exception in the block ends the child in the same way.
    """
    process = processes.spawn(argv, environment)
    output = Output(process, LINE_BYTES, is_binary=True)
    pipe = Pipe(process, output, watch, on_line)
    with processes.ended(process, output):
        watch.started(process.pid, processes.created_at(process.pid))
        yield pipe
        pipe.drain()
        while not processes.has_ended(process):
            if watch.should_stop():
                raise Stopped()
    pipe.exit_code = process.wait()
