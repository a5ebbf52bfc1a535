"""Hosts that execute.

Revision ID: 4b035d0a11
Revises: 4b025d5c4e
"""

import sqlalchemy as sa
from alembic import op


revision = '4b035d0a11'
down_revision = '4b025d5c4e'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
