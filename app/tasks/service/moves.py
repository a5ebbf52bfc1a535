"""Moves of a task from one status to another, each kept with who made it."""

from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.core.identity import Actor
from app.core.models import get_row
from app.tasks.errors import WrongMove
from app.tasks.models import Task, TaskMove
from app.tasks.rules import may_go
from app.tasks.service import people
from app.tasks.values import CLOSED, MOVES

MOST_SHOWN = 100


def move_task(
    task_id: int,
    status: str,
    comment: str | None,
    actor: Actor,
    now: datetime,
    *,
    expected_version: int | None,
) -> Task:
    """Raises NotFound, PreconditionFailed, and WrongMove, also for whoever comes second.

    The row is locked, so of two that make one move at once the later sees where it went.
    """
    task = get_row(Task, task_id, for_change=True, expected_version=expected_version)
    move(task, status, comment, actor, now)
    db.session.flush()
    return task


def move(task: Task, status: str, comment: str | None, actor: Actor, now: datetime) -> None:
    """Move a task that was fetched for change. Raises WrongMove."""
    if not may_go(task.status, status):
        raise WrongMove(details={"status": task.status, "allowed": list(MOVES[task.status])})
    db.session.add(
        TaskMove(
            task_id=task.id,
            from_status=task.status,
            to_status=status,
            comment=comment,
            moved_at=now,
            **people.signature(actor, "moved_by"),
        )
    )
    task.status = status
    task.closed_at = now if status == CLOSED else None


def history_of(task_id: int) -> list[TaskMove]:
    """The newest moves, the oldest of them first."""
    newest = (
        select(TaskMove)
        .where(TaskMove.task_id == task_id)
        .order_by(TaskMove.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(reversed(db.session.scalars(newest).all()))
