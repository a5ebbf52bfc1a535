"""Notification channels and deliveries.

Revision ID: 4b0b5e0a36
Revises: 4b0a5e0a35
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0b5e0a36'
down_revision = '4b0a5e0a35'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
