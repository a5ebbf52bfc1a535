"""A tenant's tasks: what is to be done, and what was done of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from app.core.db import db
from app.core.identity import Actor
from app.core.models import live
from app.dashboard.rules import Window, percent
from app.tasks.models import Task
from app.tasks.service import people
from app.tasks.values import CLOSED, IN_PROGRESS, OPEN, PRIORITIES, STATUSES


def summary(now: datetime) -> dict[str, int]:
    """What is to be done."""
    rows = _standing()
    statuses = _sums(rows, 0)
    return {
        "open": statuses[OPEN],
        "in_progress": statuses[IN_PROGRESS],
        "overdue": _count(_is_overdue(now)),
    }


def stats(window: Window, actor: Actor, now: datetime) -> dict[str, Any]:
    """The tasks that were not deleted, and how those of the window went."""
    rows = _standing()
    statuses, priorities = _sums(rows, 0), _sums(rows, 1)
    unfinished = _sums([row for row in rows if row[0] != CLOSED], 1)
    is_new = and_(Task.created_at >= window.from_, Task.created_at < window.to)
    created, done = _count(is_new), _count(and_(is_new, Task.status == CLOSED))
    return {
        "total": statuses.total(),
        "by_status": {status: statuses[status] for status in STATUSES},
        "by_priority": {priority: priorities[priority] for priority in PRIORITIES},
        "unfinished_by_priority": {priority: unfinished[priority] for priority in PRIORITIES},
        "overdue": _count(_is_overdue(now)),
        "created": created,
        "closed": _count(and_(Task.closed_at >= window.from_, Task.closed_at < window.to)),
        "completion_rate": percent(done, created),
        "mine": _mine(actor, now),
    }


def _standing() -> Sequence[Any]:
    return db.session.execute(
        select(Task.status, Task.priority, func.count())
        .where(live(Task))
        .group_by(Task.status, Task.priority)
    ).all()


def _sums(rows: Sequence[Any], place: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row[place]] += row[-1]
    return found


def _is_overdue(now: datetime) -> Any:
    """As `GET /tasks?overdue=true` has it: the day is that of the tenant's time zone."""
    return and_(Task.due_day < people.today(now).toordinal(), Task.status != CLOSED)


def _count(condition: Any) -> int:
    counted = select(func.count(Task.id)).where(live(Task), condition)
    return db.session.scalar(counted) or 0


def _mine(actor: Actor, now: datetime) -> dict[str, int]:
    """What the caller is to do; nothing of a machine."""
    own = Task.assigned_user_id == actor.user_id
    if actor.user_id is None:
        return {"open": 0, "in_progress": 0, "overdue": 0}
    return {
        "open": _count(and_(own, Task.status == OPEN)),
        "in_progress": _count(and_(own, Task.status == IN_PROGRESS)),
        "overdue": _count(and_(own, _is_overdue(now))),
    }
