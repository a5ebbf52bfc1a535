"""What the database holds of a load's posts, and whether each is there with all its rows."""

from collections import Counter
from collections.abc import Iterator

from app.audit.models import AuditRow
from app.backups.models import Execution
from app.backups.values import REPORT
from app.core.idempotency import IdempotencyKey
from app.events.models import Event
from app.legacy.models import StatusPost
from app.tasks.models import Task
from tests.support.cast import Cast
from tests.support.load import KEYED


def marks_in(cast: Cast) -> Iterator[str]:
    """The mark of every run that was told of and of every task, as often as it is there."""
    for execution in cast.rows(Execution):
        yield str(execution.error_message)
    for task in cast.rows(Task):
        yield task.title


def halves_in(cast: Cast) -> list[str]:
    """What is there without something that was to be written in the same transaction."""
    return [*_halves_of_runs(cast), *_halves_of_tasks(cast), *_halves_of_keys(cast)]


def _halves_of_runs(cast: Cast) -> Iterator[str]:
    runs = {row.id for row in cast.rows(Execution) if row.trigger == REPORT}
    told = Counter(
        row.data["execution_id"] for row in cast.rows(Event) if row.type == "backup.failed"
    )
    posted = {row.execution_id for row in cast.rows(StatusPost)}
    for execution_id in runs | told.keys() | posted:
        if execution_id not in runs or told[execution_id] != 1 or execution_id not in posted:
            yield f"run {execution_id}: {told[execution_id]} events"


def _halves_of_tasks(cast: Cast) -> Iterator[str]:
    tasks = {row.id for row in cast.rows(Task)}
    told = Counter(row.resource_id for row in cast.rows(AuditRow) if row.resource_type == "task")
    for task_id in tasks | told.keys():
        if task_id not in tasks or told[task_id] != 1:
            yield f"task {task_id}: {told[task_id]} audit rows"


def _halves_of_keys(cast: Cast) -> Iterator[str]:
    """A key has its answer where its task is, and a task that was asked for by key has one."""
    titles = {row.title for row in cast.rows(Task)}
    keys = {row.key: row.answer for row in cast.rows(IdempotencyKey)}
    yield from (f"key {key}" for key in keys if (keys[key] is not None) != (key in titles))
    yield from (f"{title} has no key" for title in titles - keys.keys() if KEYED in title)
