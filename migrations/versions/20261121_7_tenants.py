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


def upgrade() -> None:
    for name in NUMBERS:
        op.add_column("tenants", sa.Column(name, sa.Integer(), nullable=True))
    for name in LISTS:
        op.add_column("tenants", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in (*LISTS, *reversed(NUMBERS)):
        op.drop_column("tenants", name)
