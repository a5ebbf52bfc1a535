"""Storage in depth: probes, samples, immutability.

Revision ID: 4b015d5701
Revises: 246c79a8c28d
"""

import sqlalchemy as sa
from alembic import op


revision = '4b015d5701'
down_revision = '246c79a8c28d'
branch_labels = None
depends_on = None


_PROVIDER_COLUMNS = (
    ('endpoint', sa.String(length=500)),
    ('host_key', sa.String(length=2000)),
    ('last_error_code', sa.String(length=40)),
    ('immutability_proven', sa.Boolean()),
    ('immutability_checked_at', sa.DateTime(timezone=True)),
    ('is_low', sa.Boolean()),
    ('check_due_at', sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table('storage_samples',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('provider_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sampled_on', sa.Date(), nullable=False),
    sa.Column('measured_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('total_bytes', sa.BigInteger(), nullable=True),
    sa.Column('used_bytes', sa.BigInteger(), nullable=True),
    sa.Column('free_bytes', sa.BigInteger(), nullable=True),
    sa.Column('tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['storage_providers.id'], name=op.f('fk_storage_samples_provider_id_storage_providers')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], name=op.f('fk_storage_samples_tenant_id_tenants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_storage_samples')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('storage_samples', schema=None) as batch_op:
        batch_op.create_index('uq_storage_samples_day', ['provider_id', 'sampled_on'], unique=True)

    for name, kind in _PROVIDER_COLUMNS:
        op.add_column('storage_providers', sa.Column(name, kind, nullable=True))
    # Nothing forbade a second default before; the oldest stays one.
    op.execute(
        'UPDATE storage_providers SET is_default = false WHERE is_default AND deleted_at IS NULL '
        'AND id NOT IN (SELECT MIN(id) FROM storage_providers '
        'WHERE is_default AND deleted_at IS NULL GROUP BY tenant_id)'
    )
    where = sa.text('is_default AND deleted_at IS NULL')
    op.create_index('uq_storage_providers_default', 'storage_providers', ['tenant_id'], unique=True, postgresql_where=where, sqlite_where=where)

    with op.batch_alter_table('executions', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('storage_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_executions_storage_id_storage_providers'), 'storage_providers', ['storage_id'], ['id'])
    op.execute(
        'UPDATE executions SET storage_id = (SELECT storage_id FROM backup_jobs '
        'WHERE backup_jobs.id = executions.job_id AND repository_location IS NOT NULL) '
        "WHERE kind = 'backup' AND snapshot_id IS NOT NULL"
    )
    where = sa.text('storage_id IS NOT NULL')
    op.create_index('ix_executions_storage', 'executions', ['storage_id', 'execution_date', 'id'], unique=False, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_index('ix_executions_storage', 'executions')
    with op.batch_alter_table('executions', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_executions_storage_id_storage_providers'), type_='foreignkey')
        batch_op.drop_column('storage_id')
    op.drop_index('uq_storage_providers_default', 'storage_providers')
    with op.batch_alter_table('storage_providers', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        for name, _ in reversed(_PROVIDER_COLUMNS):
            batch_op.drop_column(name)
    op.drop_table('storage_samples')
