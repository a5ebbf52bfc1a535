"""3-2-1-1-0.

Revision ID: 4b055dc031
Revises: 4b045d7e21
"""

import sqlalchemy as sa
from alembic import op


revision = '4b055dc031'
down_revision = '4b045d7e21'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
