"""The words of verifications and their schedules."""

CHECKSUM, INTEGRITY, READ, RESTORE = "checksum", "integrity", "read", "restore"
TEST_TYPES = (CHECKSUM, INTEGRITY, READ, RESTORE)
FULL, SAMPLE, QUICK = "full", "sample", "quick"
SCOPES = (FULL, SAMPLE, QUICK)

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED = (
    "queued",
    "running",
    "completed",
    "failed",
    "cancelled",
)
STATUSES = (QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED)
OPEN = (QUEUED, RUNNING)

# What came of a test that was carried out; `failed` is also the word of a status.
PASSED, BAD = "success", "failed"
RESULTS = (PASSED, BAD)

# What a test counts.
SNAPSHOTS, PACKS, FILES = "snapshots", "packs", "files"
COUNTED = (SNAPSHOTS, PACKS, FILES)

MONTHLY, QUARTERLY, SEMI_ANNUAL, ANNUAL, CRON = (
    "monthly",
    "quarterly",
    "semi-annual",
    "annual",
    "cron",
)
FREQUENCIES = (MONTHLY, QUARTERLY, SEMI_ANNUAL, ANNUAL, CRON)

MOST_FAILURES = 1_000
WORKER_LOST = "WORKER_LOST"
NO_SNAPSHOT = "NO_SNAPSHOT"
SCRATCH_FULL = "SCRATCH_FULL"
