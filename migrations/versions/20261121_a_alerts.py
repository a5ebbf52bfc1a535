"""Alerts.

Revision ID: 4b0a5e0a35
Revises: 4b095e0a34
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0a5e0a35'
down_revision = '4b095e0a34'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("dedup_key", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("severity_rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("subject_type", sa.String(length=50), nullable=True),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("backup_id", BIG, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("flaps", sa.Integer(), nullable=False),
        sa.Column("flapped_at", sa.JSON(), nullable=False),
        sa.Column("calm_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(length=15), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_id", BIG, nullable=True),
        sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.Column("held_by", sa.String(length=200), nullable=True),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["alerts.id"], name=op.f("fk_alerts_parent_id_alerts")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_alerts_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_autoincrement=True,
    )
    _index_where(
        "uq_alerts_open", "alerts", ["tenant_id", "dedup_key"], "status <> 'resolved'", unique=True
    )
    op.create_index("ix_alerts_key", "alerts", ["tenant_id", "dedup_key", "id"])
    op.create_index("ix_alerts_tenant_seen", "alerts", ["tenant_id", "last_seen_at", "id"])
    op.create_index(
        "ix_alerts_backup", "alerts", ["tenant_id", "backup_id", "last_seen_at", "id"]
    )
    op.create_index("ix_alerts_parent", "alerts", ["parent_id"])
    _index_where("ix_alerts_look_again", "alerts", ["look_again_at"], "look_again_at IS NOT NULL")
    _index_where("ix_alerts_snoozed", "alerts", ["snoozed_until"], "status = 'snoozed'")
    _index_where("ix_alerts_calm", "alerts", ["calm_at"], "calm_at IS NOT NULL")
    op.create_table(
        "alert_turns",
        sa.Column("id", BIG, nullable=False),
        sa.Column("alert_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("by", sa.String(length=200), nullable=True),
        sa.Column("comment", sa.String(length=2000), nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
            name=op.f("fk_alert_turns_alert_id_alerts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_alert_turns_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_turns")),
        sqlite_autoincrement=True,
    )
    _index_where(
        "uq_alert_turns_event",
        "alert_turns",
        ["event_id", "alert_id"],
        "event_id IS NOT NULL",
        unique=True,
    )
    op.create_index("ix_alert_turns_alert", "alert_turns", ["alert_id", "id"])
    op.create_table(
        "alert_notices",
        sa.Column("id", BIG, nullable=False),
        sa.Column("alert_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
            name=op.f("fk_alert_notices_alert_id_alerts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_alert_notices_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notices")),
        sqlite_autoincrement=True,
    )
    _index_where("ix_alert_notices_unhandled", "alert_notices", ["id"], "handled_at IS NULL")
    op.create_index("ix_alert_notices_alert", "alert_notices", ["alert_id", "id"])
    op.create_table(
        "signs_of_life",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signs_of_life")),
    )


def downgrade() -> None:
    op.drop_table("signs_of_life")
    op.drop_table("alert_notices")
    op.drop_table("alert_turns")
    op.drop_table("alerts")


def _index_where(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    held = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=held, postgresql_where=held
    )
