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
    op.create_table(
        "run_rollups",
        sa.Column("id", BIG, nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=13), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("gibibytes", sa.BigInteger(), nullable=False),
        sa.Column("odd_bytes", sa.BigInteger(), nullable=False),
        sa.Column("timed_runs", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("run_rollups"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_run_rollups_bucket",
        "run_rollups",
        ["tenant_id", "unit", "bucket", "result"],
        unique=True,
    )
    op.create_table(
        "event_rollups",
        sa.Column("id", BIG, nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=13), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("event_rollups"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_event_rollups_bucket",
        "event_rollups",
        ["tenant_id", "unit", "bucket", "type", "severity", "source"],
        unique=True,
    )
    op.create_table(
        "rollup_positions",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("read_xid", sa.BigInteger(), nullable=True),
        sa.Column("read_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rollup_positions")),
    )
    op.create_table(
        "run_corrections",
        sa.Column("id", BIG, nullable=False),
        sa.Column("execution_id", BIG, nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("execution_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("backup_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("run_corrections"),
        sqlite_autoincrement=True,
    )
    _index("events", "ix_events_deleted", ["tenant_id", "occurred_at"], "deleted_at IS NOT NULL")
    op.create_index("ix_compliance_changes_when", "compliance_changes", ["tenant_id", "changed_at"])
    op.add_column("backup_jobs", sa.Column("last_duration_seconds", sa.Float(), nullable=True))
    op.execute(
        "UPDATE backup_jobs SET last_duration_seconds = (SELECT duration_seconds FROM executions"
        " WHERE job_id = backup_jobs.id AND kind = 'backup' AND started_at IS NOT NULL"
        " AND status NOT IN ('queued', 'running') ORDER BY execution_date DESC, id DESC LIMIT 1)"
    )
    standing = ["tenant_id", "is_active", "last_result", "compliance_status"]
    _index("backup_jobs", "ix_backup_jobs_standing", standing, "deleted_at IS NULL")
    _index(
        "backup_jobs",
        "ix_backup_jobs_at_risk",
        ["tenant_id", "consecutive_failures"],
        "consecutive_failures > 0 AND is_active AND deleted_at IS NULL",
    )
    deleted = ["tenant_id", "deleted_at"]
    _index("backup_jobs", "ix_backup_jobs_deleted", deleted, "deleted_at IS NOT NULL")
    _index("tasks", "ix_tasks_standing", ["tenant_id", "status", "priority"], "deleted_at IS NULL")


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _index(table: str, name: str, columns: list[str], where: str) -> None:
    held = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("ix_tasks_standing", "tasks")
    op.drop_index("ix_backup_jobs_deleted", "backup_jobs")
    op.drop_index("ix_backup_jobs_at_risk", "backup_jobs")
    op.drop_index("ix_backup_jobs_standing", "backup_jobs")
    with op.batch_alter_table("backup_jobs") as batch_op:
        batch_op.drop_column("last_duration_seconds")
    op.drop_index("ix_compliance_changes_when", "compliance_changes")
    op.drop_index("ix_events_deleted", "events")
    op.drop_table("run_corrections")
    op.drop_table("rollup_positions")
    op.drop_table("event_rollups")
    op.drop_table("run_rollups")
