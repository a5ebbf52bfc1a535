"""Reads what a child process prints, in bounded memory."""

import queue
import subprocess  # nosec B404 # for the type alone
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

READ_SECONDS = 0.25
LINGER_SECONDS = 2
QUEUED_LINES = 500
PIECE_BYTES = 64 * 1024

StreamName = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Line:
    stream: StreamName
    data: bytes | None


class Output:
    """Both streams of a child as one bounded queue; they are always read to their end.

    A full queue holds the child back, so a flood of output cannot fill the memory. Once
    discarded, lines are still read but dropped: a child that could not write any more would
    not get round to removing its lock. With `is_binary` stdout comes in pieces of any length.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], line_bytes: int, *, is_binary: bool = False
    ) -> None:
        self._lines: queue.Queue[Line] = queue.Queue(QUEUED_LINES)
        self._discarded = threading.Event()
        self._line_bytes = line_bytes
        self._is_binary = is_binary
        self._readers = [
            self._reader("stdout", process.stdout),
            self._reader("stderr", process.stderr),
        ]
        self.open_streams = len(self._readers)

    def _reader(self, name: StreamName, stream: IO[bytes] | None) -> threading.Thread:
        if stream is None:
            raise ValueError(f"{name} of the child is not a pipe")
        thread = threading.Thread(target=self._read, args=(name, stream), daemon=True)
        thread.start()
        return thread

    def _read(self, name: StreamName, stream: IO[bytes]) -> None:
        with stream:
            for data in self._pieces(name, stream):
                self._put(Line(name, data))
        self._put(Line(name, None))

    def _pieces(self, name: StreamName, stream: IO[bytes]) -> Iterator[bytes]:
        if self._is_binary and name == "stdout":
            return iter(lambda: stream.read(PIECE_BYTES), b"")
        return capped_lines(stream, self._line_bytes)

    def _put(self, line: Line) -> None:
        while not self._discarded.is_set():
            try:
                self._lines.put(line, timeout=READ_SECONDS)
            except queue.Full:
                continue
            return

    def next(self) -> Line | None:
        """Return the next line, or None when there was none for a poll's time."""
        try:
            line = self._lines.get(timeout=READ_SECONDS)
        except queue.Empty:
            return None
        if line.data is None:
            self.open_streams -= 1
        return line

    def discard(self) -> None:
        """Drop what is queued and what still comes."""
        self._discarded.set()

    def join(self) -> None:
        """Wait a moment for the readers of both streams to end."""
        for reader in self._readers:
            reader.join(LINGER_SECONDS)


def capped_lines(stream: IO[bytes], limit: int) -> Iterator[bytes]:
    """Give a stream's lines, each cut to `limit` bytes; the rest of a longer one is dropped."""
    while piece := stream.readline(limit):
        yield piece
        while piece and not piece.endswith(b"\n"):
            piece = stream.readline(limit)
