"""Proof that backups can be restored.

Revision ID: 4b045d7e21
Revises: 4b035d0a11
"""

import sqlalchemy as sa
from alembic import op


revision = '4b045d7e21'
down_revision = '4b035d0a11'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('verification_schedules',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('job_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('test_type', sa.String(length=10), nullable=False),
    sa.Column('scope', sa.String(length=10), nullable=False),
    sa.Column('frequency', sa.String(length=12), nullable=False),
    sa.Column('cron', sa.String(length=200), nullable=True),
    sa.Column('rhythm', sa.String(length=200), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('notify', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('last_run', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_run', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['backup_jobs.id'], name=op.f('fk_verification_schedules_job_id_backup_jobs')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], name=op.f('fk_verification_schedules_tenant_id_tenants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verification_schedules')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('verification_schedules', schema=None) as batch_op:
        batch_op.create_index('ix_verification_schedules_next_run', ['next_run'], unique=False)
        batch_op.create_index('ix_verification_schedules_tenant', ['tenant_id', 'id'], unique=False)

    op.create_table('verifications',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('job_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('schedule_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('test_type', sa.String(length=10), nullable=False),
    sa.Column('scope', sa.String(length=10), nullable=False),
    sa.Column('notify', sa.Boolean(), nullable=False),
    sa.Column('wanted_snapshot', sa.String(length=64), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('result', sa.String(length=10), nullable=True),
    sa.Column('snapshot_id', sa.String(length=64), nullable=True),
    sa.Column('snapshot_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('execution_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_latest', sa.Boolean(), nullable=True),
    sa.Column('counted', sa.String(length=10), nullable=True),
    sa.Column('total_files', sa.BigInteger(), nullable=True),
    sa.Column('passed_files', sa.BigInteger(), nullable=True),
    sa.Column('failed_files', sa.BigInteger(), nullable=True),
    sa.Column('failures_total', sa.BigInteger(), nullable=False),
    sa.Column('bytes_checked', sa.BigInteger(), nullable=True),
    sa.Column('restore_seconds', sa.Float(), nullable=True),
    sa.Column('error_code', sa.String(length=40), nullable=True),
    sa.Column('error_message', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('duration_seconds', sa.Float(), nullable=True),
    sa.Column('progress_fraction', sa.Float(), nullable=True),
    sa.Column('bytes_done', sa.BigInteger(), nullable=True),
    sa.Column('bytes_total', sa.BigInteger(), nullable=True),
    sa.Column('files_done', sa.BigInteger(), nullable=True),
    sa.Column('files_total', sa.BigInteger(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('requested_by', sa.String(length=200), nullable=True),
    sa.Column('trace_id', sa.String(length=128), nullable=True),
    sa.Column('lease_owner', sa.String(length=100), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('engine_host', sa.String(length=100), nullable=True),
    sa.Column('engine_pid', sa.Integer(), nullable=True),
    sa.Column('engine_started_at', sa.Float(), nullable=True),
    sa.Column('tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['execution_id'], ['executions.id'], name=op.f('fk_verifications_execution_id_executions')),
    sa.ForeignKeyConstraint(['job_id'], ['backup_jobs.id'], name=op.f('fk_verifications_job_id_backup_jobs')),
    sa.ForeignKeyConstraint(['schedule_id'], ['verification_schedules.id'], name=op.f('fk_verifications_schedule_id_verification_schedules'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], name=op.f('fk_verifications_tenant_id_tenants')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verifications')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('verifications', schema=None) as batch_op:
        batch_op.create_index('ix_verifications_job', ['job_id', 'id'], unique=False)
        batch_op.create_index('ix_verifications_open', ['status', 'lease_until'], unique=False, postgresql_where=sa.text("status IN ('queued', 'running')"), sqlite_where=sa.text("status IN ('queued', 'running')"))
        batch_op.create_index('ix_verifications_tenant_created', ['tenant_id', 'created_at', 'id'], unique=False)
        batch_op.create_index('uq_verifications_open', ['job_id'], unique=True, postgresql_where=sa.text("status IN ('queued', 'running')"), sqlite_where=sa.text("status IN ('queued', 'running')"))

    op.create_table('verification_failures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('verification_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('tenant_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenants.id'], name=op.f('fk_verification_failures_tenant_id_tenants')),
    sa.ForeignKeyConstraint(['verification_id'], ['verifications.id'], name=op.f('fk_verification_failures_verification_id_verifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verification_failures')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('verification_failures', schema=None) as batch_op:
        batch_op.create_index('ix_verification_failures_verification', ['verification_id', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('verification_failures', schema=None) as batch_op:
        batch_op.drop_index('ix_verification_failures_verification')

    op.drop_table('verification_failures')
    with op.batch_alter_table('verifications', schema=None) as batch_op:
        batch_op.drop_index('uq_verifications_open', postgresql_where=sa.text("status IN ('queued', 'running')"), sqlite_where=sa.text("status IN ('queued', 'running')"))
        batch_op.drop_index('ix_verifications_tenant_created')
        batch_op.drop_index('ix_verifications_open', postgresql_where=sa.text("status IN ('queued', 'running')"), sqlite_where=sa.text("status IN ('queued', 'running')"))
        batch_op.drop_index('ix_verifications_job')

    op.drop_table('verifications')
    with op.batch_alter_table('verification_schedules', schema=None) as batch_op:
        batch_op.drop_index('ix_verification_schedules_tenant')
        batch_op.drop_index('ix_verification_schedules_next_run')

    op.drop_table('verification_schedules')
