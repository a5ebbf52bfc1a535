"""Notification channels and deliveries.

Revision ID: 4b0b5e0a36
Revises: 4b0a5e0a35
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0b5e0a36'
down_revision = '4b0a5e0a35'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notification_channels",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("url_shown", sa.String(length=300), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("min_severity", sa.String(length=10), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=True),
        sa.Column("quiet_hours", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=10), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("storm_until", MOMENT, nullable=True),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("last_error_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        *_keys("notification_channels"),
        sqlite_autoincrement=True,
    )
    _partial(
        "uq_notification_channels_name",
        "notification_channels",
        ["tenant_id", "name"],
        "deleted_at IS NULL AND address IS NULL",
        unique=True,
    )
    _partial(
        "uq_notification_channels_address",
        "notification_channels",
        ["tenant_id", "address"],
        "address IS NOT NULL",
        unique=True,
    )
    _partial(
        "ix_notification_channels_due", "notification_channels", ["due_at"], "due_at IS NOT NULL"
    )
    op.create_table(
        "notifications",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("is_direct", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=300), nullable=False),
        sa.Column("left", sa.JSON(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("items_count", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.JSON(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        _to_channel("notifications"),
        *_keys("notifications"),
        sqlite_autoincrement=True,
    )
    _partial(
        "ix_notifications_due", "notifications", ["next_attempt_at"], "next_attempt_at IS NOT NULL"
    )
    op.create_index("ix_notifications_tenant", "notifications", ["tenant_id", "id"])
    op.create_index("ix_notifications_channel", "notifications", ["channel_id", "id"])
    op.create_table(
        "notification_items",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("notification_id", BIG, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("alert_id", BIG, nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("subject_type", sa.String(length=50), nullable=True),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        _to_channel("notification_items"),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_notification_items_notification_id_notifications"),
            ondelete="CASCADE",
        ),
        *_keys("notification_items"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_notification_items_source", "notification_items", ["channel_id", "source"], unique=True
    )
    _partial(
        "ix_notification_items_waiting",
        "notification_items",
        ["channel_id", "id"],
        "notification_id IS NULL",
    )
    op.create_index(
        "ix_notification_items_notification", "notification_items", ["notification_id", "id"]
    )
    op.create_index("ix_notification_items_alert", "notification_items", ["alert_id"])
    # What happened before there were notifications is no news to anybody.
    op.execute(
        "INSERT INTO event_followers (name, read_xid, read_id) "
        "SELECT 'notifications', xid, id FROM events ORDER BY xid DESC, id DESC LIMIT 1"
    )


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _to_channel(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["channel_id"],
        ["notification_channels.id"],
        name=op.f(f"fk_{table}_channel_id_notification_channels"),
        ondelete="CASCADE",
    )


def _partial(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    held = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=held, postgresql_where=held
    )


def downgrade() -> None:
    op.execute("DELETE FROM event_followers WHERE name = 'notifications'")
    op.drop_table("notification_items")
    op.drop_table("notifications")
    op.drop_table("notification_channels")
