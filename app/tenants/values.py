"""What a tenant may set for itself: the defaults, and the bounds that are checked."""

# Each in the unit that its name tells: the least, the most, and what holds when nobody set it.
MISSED_CHECK_SECONDS = (5, 3_600, 5)
STORAGE_LOW_PERCENT = (1, 50, 10)
STORAGE_OK_PERCENT = (2, 90, 12)
RUNNER_TIMEOUT_SECONDS = (60, 86_400, 180)
MAX_VERIFICATION_AGE_DAYS = (1, 3_650, 90)
EXECUTION_RETENTION_DAYS = (31, 3_650, 730)
EVENT_RETENTION_DAYS = (31, 3_650, 365)
DIGEST_TIMES = ("08:00",)
MOST_DIGEST_TIMES = 24
