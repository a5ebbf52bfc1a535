"""The words of backup jobs, executions and copies."""

BACKUP_TYPES = ("full", "incremental", "differential")
SCHEDULE_TYPES = ("manual", "daily", "weekly", "monthly", "custom")
BACKUP_TOOLS = ("restic", "veeam", "wsb", "aomei", "custom")
RESTIC = "restic"

QUEUED, RUNNING = "queued", "running"
SUCCESS, WARNING, FAILED, CANCELLED, MISSED = (
    "success",
    "warning",
    "failed",
    "cancelled",
    "missed",
)
OPEN = (QUEUED, RUNNING)
FINAL = (SUCCESS, WARNING, FAILED, CANCELLED, MISSED)
STATUSES = (*OPEN, *FINAL)

REPORT, SCHEDULE = "report", "schedule"
TRIGGERS = ("manual", SCHEDULE, "api", REPORT, "retry")
BACKUP, RESTORE = "backup", "restore"
KINDS = (BACKUP, RESTORE)

MEDIA_TYPES = ("disk", "nas", "cloud", "tape", "external_hdd", "optical")
COPY_STATUSES = (SUCCESS, FAILED, WARNING, "unknown")
UNKNOWN = "unknown"
COMPLIANCE_STATUSES = ("compliant", "warning", "non_compliant", UNKNOWN)

RUNNER_LOST = "RUNNER_LOST"
TIMED_OUT = "TIMED_OUT"
NOT_REPORTED = "NOT_REPORTED"
NOT_STARTED = "NOT_STARTED"
STILL_RUNNING = "STILL_RUNNING"
LOG_HEAD_BYTES = 128 * 1024
LOG_TAIL_BYTES = 128 * 1024
MAX_ERROR_MESSAGE = 10_000

# Of a provider's type and place, what kind of medium a repository on it lies on.
MEDIUM_OF_PROVIDER = {
    "local": "disk",
    "network": "nas",
    "sftp": "disk",
    "s3": "cloud",
    "azure": "cloud",
    "gcs": "cloud",
    "rest": "disk",
    "tape": "tape",
}
