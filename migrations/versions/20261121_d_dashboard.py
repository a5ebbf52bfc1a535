"""Roll-ups.

Revision ID: 4b0d5e0a38
Revises: 4b0c5e0a37
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0d5e0a38'
down_revision = '4b0c5e0a37'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
