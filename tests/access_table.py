"""Who may call what: written by hand from the contract, and tried at every door by tests/doors.

Each line names an operation, the permission that a refusal tells of (None where none is asked)
and the roles that may. Everybody else gets 403, and 401 without credentials. A person and an
API key of the same role may the same, but for what only a person has (PEOPLE_ONLY).
`make papers` writes it to docs/permissions.md.
"""

ROLES = {
    "admin": "everything in its tenant",
    "manager": "everything but users, API keys and the tenant's settings",
    "operator": "read everything; write and run backups, storage, verifications and tasks",
    "viewer": "read, and comment on tasks; `user` is another name of it",
    "auditor": "read everything, the audit log and reports too; write nothing",
    "reporter": "post a status, and nothing else: for backup scripts",
    "runner": "claim runs of its own host and report on them",
    "servicenow": "read events and tasks, write tasks and comments",
    "toolbox": "read dashboards, trends and sessions",
    "assistant": "write sessions and validation, read trends and records",
    "integration": "write events and records",
}

ADMINS = "admin"
OPERATORS = "admin manager operator"
READERS = "admin manager operator viewer auditor"
REPORTERS = "admin manager operator reporter"
MANAGERS = "admin manager"
EVENT_READERS = f"{READERS} servicenow"
DASHBOARDS = f"{READERS} toolbox"
USER_READERS = "admin manager auditor"
RUNNERS = "runner"
TASK_READERS = f"{READERS} servicenow"
TASK_WRITERS = f"{OPERATORS} servicenow"
COMMENTERS = f"{OPERATORS} viewer servicenow"
SIGNED_IN = " ".join(ROLES)
# A flag of a person, whatever its role; no API key has it.
PLATFORM = "platform_admin"
ANYBODY = f"anonymous {SIGNED_IN}"

ACCESS: dict[str, tuple[str | None, str]] = {
    # Sign-in: each carries its own credentials in the body.
    "POST /api/v1/auth/login": (None, ANYBODY),
    "POST /api/v1/auth/token": (None, ANYBODY),
    "POST /api/v1/auth/refresh": (None, ANYBODY),
    "POST /api/v1/auth/logout": (None, ANYBODY),
    # One's own account
    "POST /api/v1/auth/switch": (None, SIGNED_IN),
    "GET /api/v1/auth/me": (None, SIGNED_IN),
    "PUT /api/v1/auth/me/password": (None, SIGNED_IN),
    "POST /api/v1/auth/reset-password": (None, ANYBODY),
    # People, members and invites
    "GET /api/v1/users": ("users:read", USER_READERS),
    "POST /api/v1/users": ("users:manage", ADMINS),
    "GET /api/v1/users/{user_id}": ("users:read", USER_READERS),
    "PUT /api/v1/users/{user_id}": ("users:manage", ADMINS),
    "DELETE /api/v1/users/{user_id}": ("users:manage", ADMINS),
    "POST /api/v1/users/{user_id}/reset-password": ("users:manage", ADMINS),
    "GET /api/v1/roles": (None, SIGNED_IN),
    "GET /api/v1/tenants/current/members": ("users:read", USER_READERS),
    "POST /api/v1/tenants/current/members": ("users:manage", ADMINS),
    "GET /api/v1/tenants/current/members/{user_id}": ("users:read", USER_READERS),
    "PUT /api/v1/tenants/current/members/{user_id}": ("users:manage", ADMINS),
    "DELETE /api/v1/tenants/current/members/{user_id}": ("users:manage", ADMINS),
    "GET /api/v1/tenants/current/invites": ("users:manage", ADMINS),
    "POST /api/v1/tenants/current/invites": ("users:manage", ADMINS),
    "GET /api/v1/tenants/current/invites/{invite_id}": ("users:manage", ADMINS),
    "DELETE /api/v1/tenants/current/invites/{invite_id}": ("users:manage", ADMINS),
    "POST /api/v1/invites/{token}/accept": (None, ANYBODY),
    # API keys
    "GET /api/v1/auth/api-keys": ("api_keys:manage", ADMINS),
    "POST /api/v1/auth/api-keys": ("api_keys:manage", ADMINS),
    "GET /api/v1/auth/api-keys/{key_id}": ("api_keys:manage", ADMINS),
    "DELETE /api/v1/auth/api-keys/{key_id}": ("api_keys:manage", ADMINS),
    "POST /api/v1/auth/api-keys/{key_id}/rotate": ("api_keys:manage", ADMINS),
    # Backup jobs
    "GET /api/v1/backups": ("backups:read", READERS),
    "POST /api/v1/backups": ("backups:write", OPERATORS),
    "GET /api/v1/backups/{job_id}": ("backups:read", READERS),
    "PUT /api/v1/backups/{job_id}": ("backups:write", OPERATORS),
    "DELETE /api/v1/backups/{job_id}": ("backups:write", OPERATORS),
    "POST /api/v1/backups/{job_id}/run": ("backups:run", OPERATORS),
    "GET /api/v1/backups/{job_id}/executions": ("backups:read", READERS),
    "GET /api/v1/backups/{job_id}/snapshots": ("backups:read", READERS),
    "POST /api/v1/backups/{job_id}/restore": ("backups:restore", OPERATORS),
    # Executions
    "GET /api/v1/executions/{execution_id}": ("backups:read", READERS),
    "POST /api/v1/executions/{execution_id}/cancel": ("backups:run", OPERATORS),
    "GET /api/v1/executions/{execution_id}/log": ("backups:read", READERS),
    # Copies
    "GET /api/v1/backups/{job_id}/copies": ("backups:read", READERS),
    "POST /api/v1/backups/{job_id}/copies": ("backups:write", OPERATORS),
    "GET /api/v1/copies/{copy_id}": ("backups:read", READERS),
    "PUT /api/v1/copies/{copy_id}": ("backups:write", OPERATORS),
    "DELETE /api/v1/copies/{copy_id}": ("backups:write", OPERATORS),
    # The audit log
    "GET /api/v1/audit": ("audit:read", "admin manager auditor"),
    # Events
    "GET /api/v1/events": ("events:read", EVENT_READERS),
    "POST /api/v1/events": ("events:write", f"{MANAGERS} integration"),
    "DELETE /api/v1/events/{event_id}": ("events:delete", ADMINS),
    "GET /api/v1/events/{event_id}": ("events:read", EVENT_READERS),
    # Verifications
    "GET /api/v1/verify": ("verify:read", READERS),
    "POST /api/v1/verify/{job_id}": ("verify:run", OPERATORS),
    "GET /api/v1/verify/{job_id}/status": ("verify:read", READERS),
    "GET /api/v1/verify/{job_id}/result": ("verify:read", READERS),
    "POST /api/v1/verify/{verification_id}/cancel": ("verify:run", OPERATORS),
    "GET /api/v1/verify/schedules": ("verify:read", READERS),
    "POST /api/v1/verify/schedules": ("verify:run", OPERATORS),
    "GET /api/v1/verify/schedules/{schedule_id}": ("verify:read", READERS),
    "PUT /api/v1/verify/schedules/{schedule_id}": ("verify:run", OPERATORS),
    "DELETE /api/v1/verify/schedules/{schedule_id}": ("verify:run", OPERATORS),
    # Storage
    "GET /api/v1/storage/providers": ("storage:read", READERS),
    "GET /api/v1/storage/providers/{provider_id}": ("storage:read", READERS),
    # Runners
    "GET /api/v1/runners": ("runners:read", READERS),
    "POST /api/v1/runners": ("runners:manage", MANAGERS),
    "GET /api/v1/runners/{runner_id}": ("runners:read", READERS),
    "DELETE /api/v1/runners/{runner_id}": ("runners:manage", MANAGERS),
    "POST /api/v1/runners/{runner_id}/rotate-key": ("runners:manage", MANAGERS),
    "POST /api/v1/runners/claim": ("runners:claim", RUNNERS),
    "POST /api/v1/executions/{execution_id}/heartbeat": ("runners:claim", RUNNERS),
    "POST /api/v1/executions/{execution_id}/complete": ("runners:claim", RUNNERS),
    # Compliance
    "GET /api/v1/compliance": ("compliance:read", READERS),
    "GET /api/v1/compliance/summary": ("compliance:read", READERS),
    "GET /api/v1/compliance/{backup_id}": ("compliance:read", READERS),
    "POST /api/v1/compliance/{backup_id}/check": ("compliance:run", OPERATORS),
    "GET /api/v1/compliance/{backup_id}/history": ("compliance:read", READERS),
    # Notifications
    "GET /api/v1/notification-channels": ("notifications:read", READERS),
    "POST /api/v1/notification-channels": ("notifications:manage", MANAGERS),
    "GET /api/v1/notification-channels/{channel_id}": ("notifications:read", READERS),
    "PUT /api/v1/notification-channels/{channel_id}": ("notifications:manage", MANAGERS),
    "DELETE /api/v1/notification-channels/{channel_id}": ("notifications:manage", MANAGERS),
    "POST /api/v1/notification-channels/{channel_id}/test": ("notifications:manage", MANAGERS),
    "GET /api/v1/notifications": ("notifications:read", READERS),
    # Alerts
    "GET /api/v1/alerts": ("alerts:read", READERS),
    "GET /api/v1/alerts/summary": ("alerts:read", READERS),
    "GET /api/v1/alerts/{alert_id}": ("alerts:read", READERS),
    "POST /api/v1/alerts/bulk-acknowledge": ("alerts:write", OPERATORS),
    "POST /api/v1/alerts/{alert_id}/acknowledge": ("alerts:write", OPERATORS),
    "POST /api/v1/alerts/{alert_id}/snooze": ("alerts:write", OPERATORS),
    "POST /api/v1/alerts/{alert_id}/resolve": ("alerts:write", OPERATORS),
    "POST /api/v1/alerts/{alert_id}/reopen": ("alerts:write", OPERATORS),
    "POST /api/v1/storage/providers": ("storage:write", OPERATORS),
    "PUT /api/v1/storage/providers/{provider_id}": ("storage:write", OPERATORS),
    "DELETE /api/v1/storage/providers/{provider_id}": ("storage:write", OPERATORS),
    "POST /api/v1/storage/test": ("storage:write", OPERATORS),
    "POST /api/v1/storage/{provider_id}/test": ("storage:write", OPERATORS),
    "GET /api/v1/storage/{provider_id}/space": ("storage:read", READERS),
    "GET /api/v1/storage/{provider_id}/backups": ("backups:read", READERS),
    # AWS accounts
    "GET /api/v1/config/aws-accounts": ("config:manage", MANAGERS),
    "POST /api/v1/config/aws-accounts": ("config:manage", MANAGERS),
    "GET /api/v1/config/aws-accounts/{account_id}": ("config:manage", MANAGERS),
    "PUT /api/v1/config/aws-accounts/{account_id}": ("config:manage", MANAGERS),
    "DELETE /api/v1/config/aws-accounts/{account_id}": ("config:manage", MANAGERS),
    "POST /api/v1/config/aws-accounts/{account_id}/test": ("config:manage", MANAGERS),
    # Tasks, and what is written about them
    "GET /api/v1/tasks": ("tasks:read", TASK_READERS),
    "POST /api/v1/tasks": ("tasks:write", TASK_WRITERS),
    "GET /api/v1/tasks/{task_id}": ("tasks:read", TASK_READERS),
    "PUT /api/v1/tasks/{task_id}": ("tasks:write", TASK_WRITERS),
    "DELETE /api/v1/tasks/{task_id}": ("tasks:delete", ADMINS),
    "PATCH /api/v1/tasks/{task_id}/assign": ("tasks:write", TASK_WRITERS),
    "PUT /api/v1/tasks/{task_id}/status": ("tasks:write", TASK_WRITERS),
    "PATCH /api/v1/tasks/{task_id}/status": ("tasks:write", TASK_WRITERS),
    "GET /api/v1/users/{user_id}/tasks": ("tasks:read", TASK_READERS),
    "POST /api/v1/events/{event_id}/create-task": ("tasks:write", TASK_WRITERS),
    "GET /api/v1/tasks/{task_id}/comments": ("tasks:read", TASK_READERS),
    "POST /api/v1/tasks/{task_id}/comments": ("comments:write", COMMENTERS),
    "GET /api/v1/comments/{comment_id}": ("tasks:read", TASK_READERS),
    "PUT /api/v1/comments/{comment_id}": ("comments:write", COMMENTERS),
    "DELETE /api/v1/comments/{comment_id}": ("comments:write", COMMENTERS),
    # What scripts call, and what became of their refused posts
    "POST /api/backup/status": ("status:report", REPORTERS),
    "POST /api/backup/update-status": ("status:report", REPORTERS),
    "POST /api/backup/record-execution": ("status:report", REPORTERS),
    "POST /api/backup/copy-status": ("status:report", REPORTERS),
    "POST /api/backup/update-copy-status": ("status:report", REPORTERS),
    "GET /api/backup/jobs/{job_id}/last-execution": ("status:report", REPORTERS),
    "GET /api/v1/rejected-reports": ("backups:read", READERS),
    "GET /api/v1/rejected-reports/{report_id}": ("backups:read", READERS),
    "POST /api/v1/rejected-reports/{report_id}/accept": ("backups:write", OPERATORS),
    "POST /api/v1/rejected-reports/{report_id}/dismiss": ("backups:write", OPERATORS),
    "GET /api/v1/legacy-calls": ("api_keys:manage", ADMINS),
    # Tenants, and what each of them sets for itself
    "GET /api/v1/tenants": ("platform:manage", PLATFORM),
    "POST /api/v1/tenants": ("platform:manage", PLATFORM),
    "GET /api/v1/tenants/{tenant_id}": ("platform:manage", PLATFORM),
    "PUT /api/v1/tenants/{tenant_id}": ("platform:manage", PLATFORM),
    "POST /api/v1/tenants/{tenant_id}/suspend": ("platform:manage", PLATFORM),
    "POST /api/v1/tenants/{tenant_id}/resume": ("platform:manage", PLATFORM),
    "GET /api/v1/tenants/current": ("tenant:manage", ADMINS),
    "PUT /api/v1/tenants/current": ("tenant:manage", ADMINS),
    "GET /api/v1/config/monitoring": ("config:manage", MANAGERS),
    "PUT /api/v1/config/monitoring": ("config:manage", MANAGERS),
    # Dashboard
    "GET /api/v1/dashboard/overview": ("dashboard:read", DASHBOARDS),
    "GET /api/v1/dashboard/backup-stats": ("dashboard:read", DASHBOARDS),
    "GET /api/v1/dashboard/events-stats": ("dashboard:read", DASHBOARDS),
    "GET /api/v1/dashboard/tasks-stats": ("dashboard:read", DASHBOARDS),
    "GET /api/v1/dashboard/users-stats": ("users:manage", ADMINS),
    "GET /api/v1/dashboard/storage-stats": ("dashboard:read", DASHBOARDS),
    "GET /api/v1/dashboard/compliance-trend": ("dashboard:read", DASHBOARDS),
    # Health and the documentation
    "GET /api/v1/health": (None, ANYBODY),
    "GET /api/v1/health/live": (None, ANYBODY),
    "GET /api/v1/health/ready": (None, ANYBODY),
    "GET /api/v1/openapi.json": (None, ANYBODY),
    "GET /api/docs": (None, ANYBODY),
    "GET /api/docs/files/{name}": (None, ANYBODY),
}

# An API key has neither a password nor a second tenant.
PEOPLE_ONLY = {
    "POST /api/v1/auth/switch",
    "PUT /api/v1/auth/me/password",
}

# Claims are for a host: of those who may, only the key of a registered runner is one.
HOSTS_ONLY = {
    "POST /api/v1/runners/claim",
    "POST /api/v1/executions/{execution_id}/heartbeat",
    "POST /api/v1/executions/{execution_id}/complete",
}

# Whoever may may do it with what is their own; with that of others, who has this permission.
OTHERS: dict[str, tuple[str, str]] = {
    "PUT /api/v1/comments/{comment_id}": ("comments:manage", ADMINS),
    "DELETE /api/v1/comments/{comment_id}": ("comments:manage", ADMINS),
}

# Of themselves people may without the permission.
OWN_TOO = {"GET /api/v1/users/{user_id}", "PUT /api/v1/users/{user_id}"}

# A field, set to true, that asks for more than its operation does.
FINER: dict[tuple[str, str], tuple[str, str]] = {
    ("POST /api/v1/backups/{job_id}/restore", "overwrite"): ("backups:overwrite", ADMINS),
}
