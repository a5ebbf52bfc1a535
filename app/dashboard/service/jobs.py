"""How a tenant's jobs stand now: from their own rows, whatever their history."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, select

from app.backups.models import BackupJob
from app.backups.values import MISSED
from app.compliance.values import COMPLIANT, STATUSES, UNKNOWN
from app.core.db import db
from app.core.models import live
from app.dashboard.rules import Window, percent
from app.dashboard.values import RESULTS

SHOWN = 10
NEVER = "never"
# Spelt as the partial index of the jobs at risk has it.
IS_AT_RISK = and_(BackupJob.consecutive_failures > 0, BackupJob.is_active, live(BackupJob))


def standing(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """How many jobs there are, deleted ones aside, by their last result and by compliance.

    One look at an index; a tenant's jobs are counted, not their runs.
    """
    rows = db.session.execute(
        select(
            BackupJob.is_active, BackupJob.last_result, BackupJob.compliance_status, func.count()
        )
        .where(live(BackupJob))
        .group_by(BackupJob.is_active, BackupJob.last_result, BackupJob.compliance_status)
    ).all()
    total = sum(count for *_, count in rows)
    active = sum(count for is_active, *_, count in rows if is_active)
    missed = sum(count for is_active, last, _, count in rows if is_active and last == MISSED)
    results: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for _, last, status, count in rows:
        results[last or NEVER] += count
        statuses[status] += count
    jobs = {
        "total": total,
        "active": active,
        "inactive": total - active,
        "by_last_result": {name: results[name] for name in (*RESULTS, NEVER)},
        "overdue": missed + _count_late(now),
        "at_risk": db.session.scalar(select(func.count(BackupJob.id)).where(IS_AT_RISK)) or 0,
    }
    known = total - statuses[UNKNOWN]
    compliance = {
        "by_status": {status: statuses[status] for status in STATUSES},
        "compliance_rate": percent(statuses[COMPLIANT], known),
    }
    return jobs, compliance


def list_at_risk() -> list[Any]:
    """The active jobs that have failed, or were missed, most often in a row."""
    return _listed(IS_AT_RISK, BackupJob.consecutive_failures.desc())


def list_slowest(window: Window) -> list[Any]:
    """Of the jobs whose last run is in the window, those whose last run took longest."""
    is_recent = and_(
        live(BackupJob),
        BackupJob.last_run >= window.from_,
        BackupJob.last_run < window.to,
        BackupJob.last_duration_seconds.is_not(None),
    )
    return _listed(is_recent, BackupJob.last_duration_seconds.desc())


def _listed(condition: ColumnElement[bool], order: Any) -> list[Any]:
    columns = (
        BackupJob.id.label("backup_id"),
        BackupJob.name,
        BackupJob.last_run,
        BackupJob.last_result,
        BackupJob.last_duration_seconds.label("duration_seconds"),
        BackupJob.last_success_at,
        BackupJob.consecutive_failures,
    )
    statement = select(*columns).where(condition).order_by(order, BackupJob.id).limit(SHOWN)
    return list(db.session.execute(statement))


def _count_late(now: datetime) -> int:
    """Past their grace and not told of yet; with the missed ones they are the overdue ones."""
    is_told = and_(BackupJob.is_active, func.coalesce(BackupJob.last_result, "") == MISSED)
    late = select(func.count(BackupJob.id)).where(
        live(BackupJob), BackupJob.overdue_at < now, not_(is_told)
    )
    return db.session.scalar(late) or 0
