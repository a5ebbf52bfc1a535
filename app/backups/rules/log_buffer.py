"""A log that cannot outgrow its bounds: its beginning and its end are kept."""

from collections import deque


class LogBuffer:
    """Keeps the first `head_bytes` and the last `tail_bytes` of the lines, whole lines only."""

    def __init__(self, head_bytes: int, tail_bytes: int) -> None:
        self._head: list[str] = []
        self._tail: deque[str] = deque()
        self._head_left = head_bytes
        self._tail_left = tail_bytes
        self.dropped_bytes = 0

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
