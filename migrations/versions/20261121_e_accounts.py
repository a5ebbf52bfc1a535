"""AWS accounts.

Revision ID: 4b0e5e0a39
Revises: 4b0d5e0a38
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0e5e0a39'
down_revision = '4b0d5e0a38'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
