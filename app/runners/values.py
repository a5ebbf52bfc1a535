"""How long a runner may be silent, and the words for how its runs end."""

from datetime import timedelta

HEARTBEAT_SECONDS = 15
MAX_WAIT_SECONDS = 25
ONLINE_FOR = timedelta(seconds=90)
# When a runner was last seen is written no more often than this: a heartbeat writes no hot row.
SEEN_STEP = timedelta(seconds=15)

RUNNER_FAILED = "RUNNER_FAILED"
RUNNER_STOPPED = "RUNNER_STOPPED"

MAX_LOG_LINES = 1_000
MAX_LOG_LINE = 4_000
