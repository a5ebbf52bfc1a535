"""Proof that backups can be restored.

Revision ID: 4b045d7e21
Revises: 4b035d0a11
"""

import sqlalchemy as sa
from alembic import op


revision = '4b045d7e21'
down_revision = '4b035d0a11'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
