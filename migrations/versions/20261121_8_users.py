"""Invites and password resets.

Revision ID: 4b085e0a33
Revises: 4b075e0a32
"""

import sqlalchemy as sa
from alembic import op


revision = '4b085e0a33'
down_revision = '4b075e0a32'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
