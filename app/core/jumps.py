"""A clock that was put forward: what was measured by it before then is not late because of that."""

import time
from collections.abc import Callable

LEAST_JUMP_SECONDS = 5.0


class JumpWatch:
    """Compares the clock with one that nobody sets, from one look to the next.

    A machine that slept and a clock that is corrected make every lease look lost at once, though
    its keeper is alive; for `patience_seconds` after that it may renew it.
    """

    def __init__(
        self,
        patience_seconds: float,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()
        self._calm_at = steady()

    def is_calm(self) -> bool:
        """False for a while once the clock was put forward since the last look."""
        steady = self._steady()
        ahead = self._wall() - steady
        if ahead - self._ahead > LEAST_JUMP_SECONDS:
            self._calm_at = steady + self._patience_seconds
        self._ahead = ahead
        return steady >= self._calm_at
