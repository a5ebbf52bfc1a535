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
    op.create_table(
        "tasks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("assigned_user_id", BIG, nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("made_from_event_id", BIG, nullable=True),
        sa.Column("alert_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_kind", sa.String(length=15), nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        _to("tasks", "assigned_user_id", "users"),
        _to("tasks", "event_id", "events", ondelete="SET NULL"),
        _to("tasks", "alert_id", "alerts", ondelete="SET NULL"),
        _to("tasks", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_tasks_made_from_event",
        "tasks",
        ["made_from_event_id"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_tasks_tenant_created", "tasks", ["tenant_id", "created_at", "id"])
    op.create_index("ix_tasks_tenant_due", "tasks", ["tenant_id", "due_day", "id"])
    op.create_index("ix_tasks_tenant_urgency", "tasks", ["tenant_id", "urgency", "id"])
    op.create_index("ix_tasks_assigned", "tasks", ["assigned_user_id", "tenant_id"])
    op.create_index("ix_tasks_event", "tasks", ["event_id"])
    op.create_index("ix_tasks_alert", "tasks", ["alert_id"])
    op.create_table(
        "task_moves",
        sa.Column("id", BIG, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("from_status", sa.String(length=15), nullable=False),
        sa.Column("to_status", sa.String(length=15), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_kind", sa.String(length=15), nullable=False),
        sa.Column("moved_by_id", BIG, nullable=True),
        sa.Column("moved_by_name", sa.String(length=200), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        _to("task_moves", "task_id", "tasks", ondelete="CASCADE"),
        _to("task_moves", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_moves")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_task_moves_task", "task_moves", ["task_id", "id"])
    op.create_table(
        "comments",
        sa.Column("id", BIG, nullable=False),
        sa.Column("entity_type", sa.String(length=30), nullable=False),
        sa.Column("entity_id", BIG, nullable=False),
        sa.Column("content", sa.String(length=2000), nullable=False),
        sa.Column("author_key", sa.String(length=100), nullable=False),
        sa.Column("author_kind", sa.String(length=15), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        _to("comments", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_comments_entity", "comments", ["tenant_id", "entity_type", "entity_id", "id"]
    )


def _to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{other}.id"],
        name=op.f(f"fk_{table}_{column}_{other}"),
        ondelete=ondelete,
    )


def downgrade() -> None:
    op.drop_table("comments")
    op.drop_table("task_moves")
    op.drop_table("tasks")
