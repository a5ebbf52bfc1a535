"""What a tenant decides for itself.

Revision ID: 4b075e0a32
Revises: 4b065e0a31
"""

import sqlalchemy as sa
from alembic import op


revision = '4b075e0a32'
down_revision = '4b065e0a31'
branch_labels = None
depends_on = None


NUMBERS = (
    "missed_check_seconds",
    "storage_low_percent",
    "storage_ok_percent",
    "runner_timeout_seconds",
    "max_verification_age_days",
    "execution_retention_days",
    "event_retention_days",
)
LISTS = ("quiet_hours", "digest_times")
# What points at an execution, and is asked before that is removed: its index, table and column.
POINTING = (
    ("ix_executions_retry_of", "executions", "retry_of"),
    ("ix_verifications_execution", "verifications", "execution_id"),
    ("ix_rejected_reports_execution", "rejected_reports", "execution_id"),
)


def upgrade() -> None:
    for name in NUMBERS:
        op.add_column("tenants", sa.Column(name, sa.Integer(), nullable=True))
    for name in LISTS:
        op.add_column("tenants", sa.Column(name, sa.JSON(), nullable=True))
    for index, table, column in POINTING:
        pointing = sa.text(f"{column} IS NOT NULL")
        where = {"sqlite_where": pointing, "postgresql_where": pointing}
        op.create_index(index, table, [column], unique=False, **where)


def downgrade() -> None:
    for index, table, _ in reversed(POINTING):
        op.drop_index(index, table_name=table)
    for name in (*LISTS, *reversed(NUMBERS)):
        op.drop_column("tenants", name)
