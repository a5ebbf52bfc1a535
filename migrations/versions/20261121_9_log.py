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


# By which tenant, and by what else, the log is read; in the order of the commits.
EVENT_INDEXES = {
    "ix_events_feed": ["tenant_id", "xid", "id"],
    "ix_events_type": ["tenant_id", "type", "xid", "id"],
    "ix_events_subject": ["tenant_id", "subject_type", "subject_id", "xid", "id"],
}
AUDIT_INDEXES = {
    "ix_audit_log_tenant": ["tenant_id", "id"],
    "ix_audit_log_action": ["tenant_id", "action", "id"],
    "ix_audit_log_resource": ["tenant_id", "resource_type", "resource_id", "id"],
    "ix_audit_log_actor": ["tenant_id", "actor_kind", "actor_id", "id"],
    "ix_audit_log_actor_name": ["tenant_id", "actor_name", "id"],
}


def upgrade() -> None:
    op.drop_index("ix_events_subject", "events")
    for name, columns in EVENT_INDEXES.items():
        op.create_index(name, "events", columns)
    # The rows that are there are sealed by the first scheduler that runs.
    op.add_column("audit_log", sa.Column("position", BIG, nullable=True))
    op.add_column("audit_log", sa.Column("hash", sa.String(length=64), nullable=True))
    for name, columns in AUDIT_INDEXES.items():
        op.create_index(name, "audit_log", columns)
    op.create_index(
        "uq_audit_log_position", "audit_log", ["tenant_id", "position"], unique=True
    )
    op.create_index(
        "ix_audit_log_unsealed",
        "audit_log",
        ["id"],
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "audit_chains",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_chains")),
    )


def downgrade() -> None:
    op.drop_table("audit_chains")
    op.drop_index("ix_audit_log_unsealed", "audit_log")
    op.drop_index("uq_audit_log_position", "audit_log")
    for name in AUDIT_INDEXES:
        op.drop_index(name, "audit_log")
    with op.batch_alter_table("audit_log", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("hash")
        batch_op.drop_column("position")
    for name in EVENT_INDEXES:
        op.drop_index(name, "events")
    op.create_index("ix_events_subject", "events", ["tenant_id", "subject_type", "subject_id"])
