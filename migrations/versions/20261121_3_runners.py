"""Hosts that execute.

Revision ID: 4b035d0a11
Revises: 4b025d5c4e
"""

import sqlalchemy as sa
from alembic import op


revision = '4b035d0a11'
down_revision = '4b025d5c4e'
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'queued' AND runner IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        'runners',
        sa.Column(
            'id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False
        ),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column(
            'api_key_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False
        ),
        sa.Column('platform', sa.String(length=200), nullable=True),
        sa.Column('runner_version', sa.String(length=50), nullable=True),
        sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            'tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False
        ),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['api_key_id'], ['api_keys.id'], name=op.f('fk_runners_api_key_id_api_keys')
        ),
        sa.ForeignKeyConstraint(
            ['tenant_id'], ['tenants.id'], name=op.f('fk_runners_tenant_id_tenants')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_runners')),
        sqlite_autoincrement=True,
    )
    op.create_index('uq_runners_name', 'runners', ['tenant_id', 'name'], unique=True)
    op.create_index('uq_runners_api_key', 'runners', ['api_key_id'], unique=True)
    op.create_table(
        'run_claims',
        sa.Column(
            'execution_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False
        ),
        sa.Column('repository_location', sa.String(length=2000), nullable=True),
        sa.Column('completed_by', sa.String(length=64), nullable=True),
        sa.Column('late_report', sa.String(length=64), nullable=True),
        sa.Column(
            'tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ['execution_id'],
            ['executions.id'],
            name=op.f('fk_run_claims_execution_id_executions'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['tenant_id'], ['tenants.id'], name=op.f('fk_run_claims_tenant_id_tenants')
        ),
        sa.PrimaryKeyConstraint('execution_id', name=op.f('pk_run_claims')),
    )
    op.create_index(
        'ix_executions_for_runners',
        'executions',
        ['tenant_id', 'runner', 'priority', 'id'],
        unique=False,
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_index('ix_executions_for_runners', table_name='executions')
    op.drop_table('run_claims')
    op.drop_table('runners')
