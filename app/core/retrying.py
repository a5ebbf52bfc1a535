"""When to try again what another machine did not take."""

import random
from datetime import timedelta

MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)
_FACTOR = 4
_JITTER = 0.25


def pause_after(attempts: int) -> timedelta:
    """30 s, then four times as long each time (some 40 minutes over 5 attempts), give or take a
    quarter: what failed together must not come back together."""
    # No secret: whoever guesses it knows when something is tried again.
    chance = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # nosec B311
    return FIRST_PAUSE * _FACTOR ** (attempts - 1) * chance
