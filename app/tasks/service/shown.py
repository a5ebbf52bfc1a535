"""A task as one page shows it: with what was written about it, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.tasks.models import Comment, Task, TaskMove
from app.tasks.service import comments, moves
from app.tasks.values import TASK


@dataclass(frozen=True)
class TaskInFull:
    """The newest comments and moves, each with the oldest of them first."""

    task: Task
    comments: Sequence[Comment]
    comment_count: int
    status_history: Sequence[TaskMove]


def in_full(task: Task) -> TaskInFull:
    return TaskInFull(
        task=task,
        comments=comments.newest_comments(TASK, task.id),
        comment_count=comments.count_comments(TASK, task.id),
        status_history=moves.history_of(task.id),
    )
