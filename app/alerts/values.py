"""The words of alerts: their statuses, their turns, and what people are told of."""

from datetime import timedelta

OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED = "open", "acknowledged", "snoozed", "resolved"
STATUSES = (OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED)
SEVERITIES = ("info", "low", "medium", "high", "critical")
RANK_OF = {severity: rank for rank, severity in enumerate(SEVERITIES)}

# What may become of an alert, and of these turns what people are told of.
OPENED, REOPENED, ESCALATED = "opened", "reopened", "escalated"
REPEATED, WOKEN, GROUPED, RELEASED = "repeated", "woken", "grouped", "released"
TURNS = (
    *(OPENED, REPEATED, ESCALATED, REOPENED, RESOLVED, ACKNOWLEDGED, SNOOZED),
    *(WOKEN, GROUPED, RELEASED),
)
NOTICES = (OPENED, REOPENED, ESCALATED, RESOLVED)

# Who resolved an alert that no person did.
RECOVERY, EXPIRY = "recovery", "expiry"
JOB_DELETED, JOB_DEACTIVATED = "job_deleted", "job_deactivated"
RUNNER_DELETED, STORAGE_DELETED = "runner_deleted", "storage_deleted"

# A relapse within this time is the same trouble again, and so many of them are a flapping.
RELAPSE = timedelta(hours=1)
FLAPPING = 3
# Of what is older nobody is told, and it opens only while it is still true.
NEWS = timedelta(days=1)
# What became of an alert is told for so long.
HISTORY_KEPT = timedelta(days=400)
# A lock-out lasts so long.
LOCKED = timedelta(minutes=15)
LONGEST_SNOOZE = timedelta(days=90)
# A runner or storage is found silent later than its jobs fail by it.
FIRST_SIGN = timedelta(minutes=10)
# So long is a failure kept back whose cause is about to be told.
KEPT_BACK = timedelta(seconds=90)
# So long have jobs to recover once their runner or storage is back.
GRACE = timedelta(minutes=15)
LOOK_EVERY = timedelta(minutes=5)
# So long has an event's follower to be first, before an alert is held against what is known.
SETTLED = timedelta(seconds=30)
