"""The types and severities of events."""

BACKUP_STARTED = "backup.started"
BACKUP_SUCCEEDED = "backup.succeeded"
BACKUP_WARNED = "backup.warned"
BACKUP_FAILED = "backup.failed"
BACKUP_CANCELLED = "backup.cancelled"
BACKUP_RECOVERED = "backup.recovered"
BACKUP_MISSED = "backup.missed"
BACKUP_UNSCHEDULABLE = "backup.unschedulable"
COPY_CHANGED = "copy.changed"
STORAGE_CHANGED = "storage.changed"
MONITORING_CHANGED = "monitoring.changed"
COMPLIANCE_VIOLATED = "compliance.violated"
COMPLIANCE_RESTORED = "compliance.restored"
AUTH_LOCKED = "auth.locked"
RUNNER_LOST = "runner.lost"
RUNNER_BACK = "runner.back"
STORAGE_OFFLINE = "storage.offline"
STORAGE_ONLINE = "storage.online"
STORAGE_LOW = "storage.low"
STORAGE_RECOVERED = "storage.recovered"
NOTIFICATION_FAILED = "notification.failed"
NOTIFICATION_RECOVERED = "notification.recovered"
VERIFICATION_SUCCEEDED = "verification.succeeded"
VERIFICATION_FAILED = "verification.failed"
VERIFICATION_CANCELLED = "verification.cancelled"

INFO, LOW, MEDIUM, HIGH, CRITICAL = "info", "low", "medium", "high", "critical"

SEVERITY_OF = {
    BACKUP_STARTED: INFO,
    BACKUP_SUCCEEDED: INFO,
    BACKUP_CANCELLED: LOW,
    BACKUP_WARNED: MEDIUM,
    BACKUP_FAILED: HIGH,
    BACKUP_RECOVERED: INFO,
    BACKUP_MISSED: HIGH,
    BACKUP_UNSCHEDULABLE: HIGH,
    COPY_CHANGED: INFO,
    STORAGE_CHANGED: INFO,
    MONITORING_CHANGED: INFO,
    COMPLIANCE_VIOLATED: MEDIUM,
    COMPLIANCE_RESTORED: INFO,
    AUTH_LOCKED: MEDIUM,
    RUNNER_LOST: HIGH,
    RUNNER_BACK: INFO,
    STORAGE_OFFLINE: HIGH,
    STORAGE_ONLINE: INFO,
    STORAGE_LOW: MEDIUM,
    STORAGE_RECOVERED: INFO,
    NOTIFICATION_FAILED: MEDIUM,
    NOTIFICATION_RECOVERED: INFO,
    VERIFICATION_SUCCEEDED: INFO,
    VERIFICATION_FAILED: HIGH,
    VERIFICATION_CANCELLED: LOW,
}

# Of other tools; a name of their own follows.
EXTERNAL = "external."
# Of the ingestion pipeline.
INGESTED, CLASSIFIED = "INGESTED", "CLASSIFIED"
APPROVED, RULE_CREATED = "APPROVED", "RULE_CREATED"
SEVERITIES = (INFO, LOW, MEDIUM, HIGH, CRITICAL)
TYPES = frozenset({*SEVERITY_OF, INGESTED, CLASSIFIED, APPROVED, RULE_CREATED})
# What an event says of the trouble that it tells of.
PROBLEM, OK = "problem", "ok"
STATES = (PROBLEM, OK)
