"""The words of notifications, and the numbers that keep a storm from becoming many messages."""

from datetime import timedelta

from app.events.values import (
    BACKUP_FAILED,
    BACKUP_MISSED,
    BACKUP_RECOVERED,
    BACKUP_SUCCEEDED,
    BACKUP_UNSCHEDULABLE,
    BACKUP_WARNED,
    COMPLIANCE_RESTORED,
    RUNNER_BACK,
    STORAGE_ONLINE,
    STORAGE_RECOVERED,
    VERIFICATION_FAILED,
    VERIFICATION_SUCCEEDED,
)

EMAIL, WEBHOOK = "email", "webhook"
KINDS = (EMAIL, WEBHOOK)
SLACK, TEAMS, GENERIC = "slack", "teams", "generic"
FORMATS = (SLACK, TEAMS, GENERIC)
OFF, HOURLY, DAILY = "off", "hourly", "daily"
DIGESTS = (OFF, HOURLY, DAILY)
SINGLE, DIGEST, TEST = "single", "digest", "test"
MESSAGE_KINDS = (SINGLE, DIGEST, TEST)
# Sent by nobody: suppressed while its tenant was suspended, dropped with its channel.
PENDING, SENT, FAILED, SUPPRESSED, DROPPED = "pending", "sent", "failed", "suppressed", "dropped"
STATUSES = (PENDING, SENT, FAILED, SUPPRESSED, DROPPED)
# How one attempt ended.
TAKEN, REFUSED, AGAIN = "taken", "refused", "try_again"

# What a turn of an alert is called before its title; one that opened has its title alone.
EVENT = "event"
TURNS = {"resolved": "Resolved", "reopened": "Again", "escalated": "Worse"}

# Messages gather until nothing came for NOTIFY_GATHER_SECONDS (10), and at most this many times
# as long; after more than MOST_SINGLES at once, the next ones wait this many times as long.
LONGEST_GATHERING = 6
STORM_PAUSE = 30
MOST_SINGLES = 5
MOST_LINES = 50

# A success may be asked to be kept quiet; a failure never is.
KEPT_QUIET = frozenset({BACKUP_SUCCEEDED, BACKUP_WARNED, BACKUP_RECOVERED, VERIFICATION_SUCCEEDED})
# Of these the alert that they resolve tells as well.
RECOVERIES = frozenset(
    {BACKUP_RECOVERED, COMPLIANCE_RESTORED, RUNNER_BACK, STORAGE_ONLINE, STORAGE_RECOVERED}
)
# What a job's own address is told.
RESULTS = frozenset(
    {
        *(BACKUP_SUCCEEDED, BACKUP_WARNED, BACKUP_FAILED, BACKUP_RECOVERED),
        *(BACKUP_MISSED, BACKUP_UNSCHEDULABLE, VERIFICATION_SUCCEEDED, VERIFICATION_FAILED),
    }
)

KEPT = timedelta(days=90)
