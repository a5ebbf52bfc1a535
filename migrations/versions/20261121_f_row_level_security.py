"""The tenants' rows, kept apart by PostgreSQL itself.

Revision ID: 4b0f5e0a3a
Revises: 4b0e5e0a39
"""

from alembic import op

from app.core.row_security import protect, unprotect


revision = '4b0f5e0a3a'
down_revision = '4b0e5e0a39'
branch_labels = None
depends_on = None


TABLES = (
    "alert_notices",
    "alert_turns",
    "alerts",
    "api_keys",
    "audit_log",
    "aws_accounts",
    "backup_copies",
    "backup_job_tags",
    "backup_jobs",
    "comments",
    "compliance_changes",
    "compliance_states",
    "event_rollups",
    "events",
    "execution_logs",
    "executions",
    "invites",
    "legacy_calls",
    "memberships",
    "notification_channels",
    "notification_items",
    "notifications",
    "password_resets",
    "rejected_reports",
    "run_claims",
    "run_corrections",
    "run_rollups",
    "runners",
    "status_posts",
    "storage_providers",
    "storage_samples",
    "task_moves",
    "tasks",
    "token_families",
    "verification_failures",
    "verification_schedules",
    "verifications",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in protect(table):
                op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in unprotect(table):
                op.execute(statement)
