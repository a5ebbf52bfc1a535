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
    with op.batch_alter_table("backup_jobs") as batch_op:
        batch_op.add_column(
            sa.Column("compliance_check_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            "ix_backup_jobs_compliance_check",
            ["compliance_check_at"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
    # Each job that is there is looked at once.
    op.execute("UPDATE backup_jobs SET compliance_check_at = created_at")
    op.create_table(
        "compliance_states",
        sa.Column("id", BIG, nullable=False),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=5), nullable=False),
        sa.Column("digits", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("violated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("compliance_states"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_compliance_states_job", "compliance_states", ["job_id"], unique=True)
    op.create_index(
        "ix_compliance_states_status", "compliance_states", ["tenant_id", "status", "job_id"]
    )
    op.create_table(
        "compliance_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("previous_status", sa.String(length=20), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("digits", sa.JSON(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("compliance_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_compliance_changes_job", "compliance_changes", ["job_id", "id"])


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["backup_jobs.id"],
            name=op.f(f"fk_{table}_job_id_backup_jobs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    op.drop_table("compliance_changes")
    op.drop_table("compliance_states")
    with op.batch_alter_table("backup_jobs") as batch_op:
        batch_op.drop_index("ix_backup_jobs_compliance_check")
        batch_op.drop_column("compliance_check_at")
    op.drop_table("event_followers")
    with op.batch_alter_table("events") as batch_op:
        batch_op.drop_index("ix_events_commits")
        batch_op.drop_column("xid")
