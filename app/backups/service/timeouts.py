"""Runs that take longer than their job allows, and that nobody else has stopped."""

import socket
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.backups.models import BackupJob, Execution
from app.backups.service import endings
from app.backups.service.remote_runs import is_over_time
from app.backups.values import RUNNING
from app.core.db import db
from app.core.logging import get_logger
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, unscoped
from app.engines.processes import stop_orphan

log = get_logger("timeouts")
# A worker stops its run by itself, a runner when it hears of it: so long they are waited for.
LOCAL_PATIENCE = timedelta(minutes=1)
REMOTE_PATIENCE = timedelta(minutes=5)


def fail_timed_out(now: datetime) -> int:
    """Fail what runs for longer than `max_runtime_minutes` and is stuck; gives how many.

    Also while its worker keeps the lease: that renews it in a thread of its own, whatever the
    work waits for.
    """
    statement = (
        select(
            Execution.id,
            Execution.tenant_id,
            Execution.attempt,
            Execution.runner,
            Execution.started_at,
            BackupJob.max_runtime_minutes,
        )
        .join(BackupJob, BackupJob.id == Execution.job_id)
        .where(
            Execution.status == RUNNING,
            Execution.started_at < now - LOCAL_PATIENCE,
            BackupJob.max_runtime_minutes.is_not(None),
        )
    )
    with unscoped(read_only=True):
        rows = [row for row in db.session.execute(statement) if _is_stuck(row, now)]
    return sweep("fail_timed_out", rows, partial(_fail_one, now))


def _is_stuck(row: Any, now: datetime) -> bool:
    patience = LOCAL_PATIENCE if row.runner is None else REMOTE_PATIENCE
    return is_over_time(row.started_at + patience, row.max_runtime_minutes, now)


def _fail_one(now: datetime, row: Any) -> bool:
    with as_tenant(row.tenant_id):
        execution = db.session.get_one(Execution, row.id)
        failed = endings.fail_timed_out(execution, row.attempt, now)
        if failed and execution.engine_host == socket.gethostname() and execution.engine_pid:
            # Before the commit: the next run must not meet it in the repository.
            stop_orphan(execution.engine_pid, execution.engine_started_at or 0.0)
    if failed:
        log.warning("execution_timed_out", execution_id=row.id)
    return failed
