"""The words of the dashboard."""

from app.backups.values import CANCELLED, FAILED, MISSED, SUCCESS, WARNING
from app.events.values import (
    BACKUP_CANCELLED,
    BACKUP_FAILED,
    BACKUP_MISSED,
    BACKUP_SUCCEEDED,
    BACKUP_WARNED,
)

LAST_24H, LAST_7D, LAST_30D = "last_24h", "last_7d", "last_30d"
PERIODS = (LAST_24H, LAST_7D, LAST_30D)
DAYS_OF = {LAST_7D: 7, LAST_30D: 30}

# Each final backup is told of by exactly one of these events.
RESULT_OF = {
    BACKUP_SUCCEEDED: SUCCESS,
    BACKUP_WARNED: WARNING,
    BACKUP_FAILED: FAILED,
    BACKUP_CANCELLED: CANCELLED,
    BACKUP_MISSED: MISSED,
}
RESULTS = tuple(RESULT_OF.values())

# A bucket is as long as what it counts: `2026-11-21T16` an hour, `2026-11-21` a day, both in UTC.
HOUR, DAY = 13, 10
# Sums of bytes are kept in two parts: one of sizes that scripts make up could leave 64 bits.
GIB = 2**30
