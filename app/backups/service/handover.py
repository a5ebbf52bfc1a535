"""Handing executions to the queue: after the commit, and never instead of the row."""

from app.backups.models import Execution
from app.core import db as database
from app.core.ports import Port

enqueue: Port[[int], None] = Port("backups.enqueue")


def after_commit(execution: Execution) -> None:
    """Send a message about a run of this server once it is committed.

    A message that is lost changes nothing: the sweeper sends another.
    """
    if execution.runner is None:
        execution_id = execution.id
        database.after_commit(lambda: enqueue(execution_id))
