"""Invites and password resets.

Revision ID: 4b085e0a33
Revises: 4b075e0a32
"""

import sqlalchemy as sa
from alembic import op


revision = '4b085e0a33'
down_revision = '4b075e0a32'
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    _fill_search_text()
    op.create_table(
        "invites",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", BIG, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_keys("invites", users=("accepted_by", "created_by")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invites_tenant", "invites", ["tenant_id", "id"])
    open_ones = sa.text("accepted_at IS NULL AND withdrawn_at IS NULL")
    op.create_index(
        "uq_invites_open",
        "invites",
        ["tenant_id", "email_key"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.create_table(
        "password_resets",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("password_resets", users=("user_id",)),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_password_resets_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_password_resets_expires_at"), "password_resets", ["expires_at"])


def _fill_search_text() -> None:
    """In Python: SQLite folds the case of ASCII only."""
    users = sa.table(
        "users",
        sa.column("id", BIG),
        sa.column("username", sa.String()),
        sa.column("email", sa.String()),
        sa.column("full_name", sa.String()),
        sa.column("search_text", sa.Text()),
    )
    connection = op.get_bind()
    columns = (users.c.id, users.c.username, users.c.email, users.c.full_name)
    for row_id, username, email, full_name in connection.execute(sa.select(*columns)).all():
        words = "\n".join((username, email or "", full_name)).casefold()
        connection.execute(
            users.update().where(users.c.id == row_id).values(search_text=words)
        )


def _keys(table: str, users: tuple[str, ...]) -> list[sa.Constraint]:
    return [
        *(
            sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}_users"))
            for name in users
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    op.drop_table("password_resets")
    op.drop_table("invites")
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("search_text")
