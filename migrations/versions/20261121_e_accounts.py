"""AWS accounts.

Revision ID: 4b0e5e0a39
Revises: 4b0d5e0a38
"""

import sqlalchemy as sa
from alembic import op


revision = '4b0e5e0a39'
down_revision = '4b0d5e0a38'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "aws_accounts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("access_key_id", sa.String(length=128), nullable=False),
        sa.Column("secret_access_key", sa.Text(), nullable=False),
        sa.Column("session_token", sa.Text(), nullable=True),
        sa.Column("role_arn", sa.String(length=2048), nullable=True),
        sa.Column("external_id", sa.String(length=1224), nullable=True),
        sa.Column("region", sa.String(length=30), nullable=False),
        sa.Column("account_id", sa.String(length=12), nullable=True),
        sa.Column("arn", sa.String(length=2048), nullable=True),
        sa.Column("last_tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_test_result", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_aws_accounts_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aws_accounts")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_aws_accounts_name", "aws_accounts", ["tenant_id", "name"], unique=True)
    with op.batch_alter_table(
        "storage_providers", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.add_column(sa.Column("aws_account_id", BIG, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_storage_providers_aws_account_id_aws_accounts"),
            "aws_accounts",
            ["aws_account_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(
            "ix_storage_providers_aws_account",
            ["aws_account_id"],
            sqlite_where=sa.text("aws_account_id IS NOT NULL"),
            postgresql_where=sa.text("aws_account_id IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table(
        "storage_providers", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_index("ix_storage_providers_aws_account")
        batch_op.drop_constraint(
            batch_op.f("fk_storage_providers_aws_account_id_aws_accounts"), type_="foreignkey"
        )
        batch_op.drop_column("aws_account_id")
    op.drop_table("aws_accounts")
