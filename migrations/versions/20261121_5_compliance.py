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


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("events") as batch_op:
        batch_op.add_column(sa.Column("xid", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.create_index("ix_events_commits", ["xid", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # Only from here on: for the rows that are there it would be the number of this one.
        op.execute(
            "ALTER TABLE events ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint"
        )
    op.create_table(
        "event_followers",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("read_xid", sa.BigInteger(), nullable=False),
        sa.Column("read_id", BIG, nullable=False),
        sa.Column("lease_owner", sa.String(length=36), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_followers")),
    )


def downgrade() -> None:
    op.drop_table("event_followers")
    with op.batch_alter_table("events") as batch_op:
        batch_op.drop_index("ix_events_commits")
        batch_op.drop_column("xid")
