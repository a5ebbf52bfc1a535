"""How a runner's run ended: told once, told again after a time-out, told too late."""

import hashlib
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import or_, update

from app.backups.errors import AlreadyFinal
from app.backups.models import BackupJob, Execution
from app.backups.service import endings, logs, remote_runs, repositories
from app.backups.service.endings import OVER_TIME, STOPPED, Ending
from app.backups.values import BACKUP, CANCELLED, FAILED, FINAL, SUCCESS, WARNING
from app.core import strict_json
from app.core.db import db
from app.core.identity import Actor
from app.core.tenancy import execute_named
from app.runners.models import RunClaim
from app.runners.service.callers import note_heartbeat, owner_of
from app.runners.service.reporting import get_own, refuse
from app.runners.values import RUNNER_FAILED, RUNNER_STOPPED

_CLAIMS: Any = RunClaim.__table__
_NO_FACTS = ("status", "log", "error_code", "error_message")
STOPPED_BY_ITSELF = "The runner stopped before the run was done."


def complete(execution_id: int, told: dict[str, Any], actor: Actor, now: datetime) -> Execution:
    """End the caller's run as it says, with all that follows from an ending.

    The same report again gets the same answer. Raises NotFound, NotARunner, OtherRunnersRun,
    NotClaimed; and AlreadyFinal for a report that came when the run was over, which its log keeps.
    """
    execution = get_own(execution_id, actor)
    note_heartbeat(actor, now)
    report = _digest(told)
    if endings.settle(execution_id, owner_of(actor.api_key_id), _ending(execution, told, now), now):
        logs.append_lines(execution_id, actor.tenant_id, told.get("log", []), now)
        _note_completion(execution, report)
        return execution
    db.session.refresh(execution)
    claim = db.session.get(RunClaim, execution_id, populate_existing=True)
    if claim is None or execution.status not in FINAL:
        refuse(execution)
    if claim.completed_by == report:
        return execution
    late = partial(_keep_late, execution_id, actor.tenant_id, report, told, now)
    raise AlreadyFinal(details={"status": execution.status}, aftermath=late)


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(strict_json.dumps(dict(sorted(told.items())))).hexdigest()


def _ending(execution: Execution, told: dict[str, Any], now: datetime) -> Ending:
    """A runner that was not asked to stop has failed when it did."""
    status, message = told["status"], told.get("error_message")
    facts = {name: value for name, value in told.items() if name not in _NO_FACTS}
    if status == CANCELLED:
        return _stopped(execution, message, now)
    if status == FAILED:
        return Ending(FAILED, told.get("error_code") or RUNNER_FAILED, message, facts)
    return Ending(status, told.get("error_code"), message, facts)


def _stopped(execution: Execution, message: str | None, now: datetime) -> Ending:
    if execution.cancel_requested_at is not None:
        return STOPPED
    longest = db.session.get_one(BackupJob, execution.job_id).max_runtime_minutes
    if remote_runs.is_over_time(execution.started_at or now, longest, now):
        return OVER_TIME
    return Ending(FAILED, RUNNER_STOPPED, message or STOPPED_BY_ITSELF)


def _note_completion(execution: Execution, report: str) -> None:
    claim = db.session.get_one(RunClaim, execution.id)
    claim.completed_by = report
    went_well = execution.status in (SUCCESS, WARNING) and execution.kind == BACKUP
    if went_well and execution.snapshot_id and claim.repository_location:
        repositories.keep_location(execution.job_id, execution.tenant_id, claim.repository_location)
    db.session.flush()


def _keep_late(
    execution_id: int, tenant_id: int, report: str, told: dict[str, Any], now: datetime
) -> None:
    """Add it to the log, once however often it is sent."""
    noted = execute_named(
        update(_CLAIMS)
        .where(
            _CLAIMS.c.execution_id == execution_id,
            or_(_CLAIMS.c.late_report.is_(None), _CLAIMS.c.late_report != report),
        )
        .values(late_report=report),
        tenant_id=tenant_id,
        table=_CLAIMS,
    )
    if noted.rowcount != 1:
        return
    facts = ", ".join(f"{name}={value}" for name, value in told.items() if name != "log")
    lines = [f"A report came when the run was over: {facts}", *told.get("log", [])]
    logs.append_lines(execution_id, tenant_id, lines, now)
