"""Due jobs start by themselves.

Revision ID: 4b025d5c4e
Revises: 4b015d5701
"""

import sqlalchemy as sa
from alembic import op


revision = '4b025d5c4e'
down_revision = '4b015d5701'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
