"""A log that cannot outgrow its bounds: its beginning and its end are kept."""

from collections import deque
from typing import Self


class LogBuffer:
    """Keeps the first `head_bytes` and the last `tail_bytes` of the lines, whole lines only."""

    def __init__(self, head_bytes: int, tail_bytes: int) -> None:
        self._head: list[str] = []
        self._tail: deque[str] = deque()
        self._head_left = head_bytes
        self._tail_left = tail_bytes
        self.dropped_bytes = 0

    @classmethod
    def resume(
        cls, head: str, tail: str, dropped_bytes: int, *, head_bytes: int, tail_bytes: int
    ) -> Self:
        """Go on with a log that was kept; what would not fit any more falls out."""
        buffer = cls(head_bytes, tail_bytes)
        for line in head.split("\n")[:-1]:
            buffer.append(line)
        if tail or dropped_bytes:
            buffer._head_left = 0
        for line in tail.split("\n")[:-1]:
            buffer.append(line)
        buffer.dropped_bytes += dropped_bytes
        return buffer

    def append(self, line: str) -> None:
        text = line + "\n"
        size = len(text.encode())
        if not self._tail and size <= self._head_left:
            self._head.append(text)
            self._head_left -= size
            return
        self._head_left = 0
        self._tail.append(text)
        self._tail_left -= size
        while self._tail_left < 0 and self._tail:
            lost = len(self._tail.popleft().encode())
            self._tail_left += lost
            self.dropped_bytes += lost

    @property
    def head(self) -> str:
        return "".join(self._head)

    @property
    def tail(self) -> str:
        return "".join(self._tail)
