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


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
