"""One key's count in one window, in this process."""

import time
from dataclasses import dataclass

SYNC_SECONDS = 1.0


@dataclass(slots=True)
class Count:
    """One key in one window: what Redis last said, what is on its way there, what is not yet."""

    window_seconds: int
    expires_at: float
    known: int = 0
    in_flight: int = 0
    pending: int = 0
    synced_at: float = float("-inf")

    @property
    def total(self) -> int:
        return self.known + self.in_flight + self.pending

    def is_due(self, now: float) -> bool:
        return now - self.synced_at >= SYNC_SECONDS

    def take(self, now: float) -> int:
        delta, self.pending = self.pending, 0
        self.in_flight += delta
        self.synced_at = now
        return delta

    def landed(self, delta: int, total: int, seconds_left: float) -> None:
        self.in_flight -= delta
        self.known = total
        self.expires_at = time.monotonic() + seconds_left

    def came_back(self, delta: int) -> None:
        self.in_flight -= delta
        self.pending += delta
