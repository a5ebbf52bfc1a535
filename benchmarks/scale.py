"""How large a run is: BENCH_SCALE below 1 makes it smaller, to try it."""

import os

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
# One of these makes a run another one: it is printed, and never written.
IS_WHOLE = not any(name.startswith("BENCH_") for name in os.environ)


def scaled(number: int, least: int = 1) -> int:
    """So many of so many in a whole run."""
    return max(least, int(number * SCALE))
