"""Storage in depth: probes, samples, immutability.

Revision ID: 4b015d5701
Revises: 246c79a8c28d
"""

import sqlalchemy as sa
from alembic import op


revision = '4b015d5701'
down_revision = '246c79a8c28d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
