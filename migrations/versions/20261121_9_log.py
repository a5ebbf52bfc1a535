"""The event feed and the sealed audit log.

Revision ID: 4b095e0a34
Revises: 4b085e0a33
"""

import sqlalchemy as sa
from alembic import op


revision = '4b095e0a34'
down_revision = '4b085e0a33'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
