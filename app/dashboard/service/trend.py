"""How many jobs complied on each day: how they stand now, and back from there by each change."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.backups.models import BackupJob
from app.compliance.models import ComplianceChange
from app.compliance.values import COMPLIANT, STATUSES, UNKNOWN
from app.core.db import db
from app.core.models import live
from app.dashboard.rules import Window, percent, walked_back
from app.dashboard.service.deltas import hour_of
from app.dashboard.values import DAY

Change = tuple[str, str | None, str | None, int]


def trend(window: Window) -> dict[str, Any]:
    """The jobs that were there, by their status at the end of each day and now.

    Costs as much as there were changes in the window, not runs.
    """
    counted = (
        select(BackupJob.compliance_status, func.count())
        .where(live(BackupJob))
        .group_by(BackupJob.compliance_status)
    )
    standing: Any = db.session.execute(counted)
    now: dict[str, int] = dict(standing.all())
    changes = [*_changes(window.from_), *_born(window.from_), *_gone(window.from_)]
    found = walked_back(now, changes, window.days())
    return {
        **_told(now),
        "by_day": [{"date": day, **_told(found[day])} for day in window.days()],
    }


def _told(counted: dict[str, int]) -> dict[str, Any]:
    by_status = {status: counted.get(status, 0) for status in STATUSES}
    known = sum(by_status.values()) - by_status[UNKNOWN]
    return {
        "total": sum(by_status.values()),
        "by_status": by_status,
        "compliance_rate": percent(by_status[COMPLIANT], known),
    }


def _changes(since: datetime) -> list[Change]:
    day = _day_of(ComplianceChange.changed_at)
    groups = (day, ComplianceChange.previous_status, ComplianceChange.status)
    statement = (
        select(*groups, func.count())
        .where(
            ComplianceChange.changed_at >= since,
            ComplianceChange.status != ComplianceChange.previous_status,
        )
        .group_by(*groups)
    )
    return [(day, was, is_, count) for day, was, is_, count in db.session.execute(statement)]


def _born(since: datetime) -> list[Change]:
    """Of a new job nothing is known."""
    day = _day_of(BackupJob.created_at)
    born = select(day, func.count()).where(BackupJob.created_at >= since).group_by(day)
    return [(day, None, UNKNOWN, count) for day, count in db.session.execute(born)]


def _gone(since: datetime) -> list[Change]:
    """A deleted job keeps the status that it had."""
    groups = (_day_of(BackupJob.deleted_at), BackupJob.compliance_status)
    gone = select(*groups, func.count()).where(BackupJob.deleted_at >= since).group_by(*groups)
    return [(day, status, None, count) for day, status, count in db.session.execute(gone)]


def _day_of(moment: Any) -> Any:
    return func.substr(hour_of(moment), 1, DAY)
