"""Tasks and comments.

Revision ID: 4b0c5e0a37
Revises: 4b0b5e0a36
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0c5e0a37'
down_revision = '4b0b5e0a36'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
