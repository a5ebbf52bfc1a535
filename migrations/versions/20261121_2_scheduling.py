"""Due jobs start by themselves.

Revision ID: 4b025d5c4e
Revises: 4b015d5701
"""

import sqlalchemy as sa
from alembic import op


revision = '4b025d5c4e'
down_revision = '4b015d5701'
branch_labels = None
depends_on = None


_RUNNABLE = "next_run IS NOT NULL AND (backup_tool = 'restic' OR runner IS NOT NULL)"
_WAITING = "status = 'queued' AND runner IS NULL"


def upgrade() -> None:
    with op.batch_alter_table('backup_jobs', schema=None) as batch_op:
        batch_op.drop_index('ix_backup_jobs_next_run')
        batch_op.drop_index('ix_backup_jobs_overdue')
        batch_op.create_index('ix_backup_jobs_due', ['next_run'], unique=False, postgresql_where=sa.text(_RUNNABLE), sqlite_where=sa.text(_RUNNABLE))
        batch_op.create_index('ix_backup_jobs_overdue', ['overdue_at'], unique=False, postgresql_where=sa.text('overdue_at IS NOT NULL'), sqlite_where=sa.text('overdue_at IS NOT NULL'))
    with op.batch_alter_table('executions', schema=None) as batch_op:
        batch_op.create_index('ix_executions_waiting', ['priority', 'id'], unique=False, postgresql_where=sa.text(_WAITING), sqlite_where=sa.text(_WAITING))


def downgrade() -> None:
    with op.batch_alter_table('executions', schema=None) as batch_op:
        batch_op.drop_index('ix_executions_waiting', postgresql_where=sa.text(_WAITING), sqlite_where=sa.text(_WAITING))
    with op.batch_alter_table('backup_jobs', schema=None) as batch_op:
        batch_op.drop_index('ix_backup_jobs_overdue', postgresql_where=sa.text('overdue_at IS NOT NULL'), sqlite_where=sa.text('overdue_at IS NOT NULL'))
        batch_op.drop_index('ix_backup_jobs_due', postgresql_where=sa.text(_RUNNABLE), sqlite_where=sa.text(_RUNNABLE))
        batch_op.create_index('ix_backup_jobs_overdue', ['tenant_id', 'overdue_at'], unique=False)
        batch_op.create_index('ix_backup_jobs_next_run', ['next_run'], unique=False)
