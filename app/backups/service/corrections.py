"""Telling whoever counts runs that one of them is not what its event has told."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert

from app.backups.models import Execution, RunCorrection
from app.core.prepared import Prepared

_TABLE: Any = RunCorrection.__table__
_ADD = Prepared(insert(_TABLE).inline(), _TABLE)


class Counted(NamedTuple):
    """What is counted of a run, under the names of its columns."""

    execution_date: datetime
    backup_size_bytes: int | None
    duration_seconds: float | None


def counted(execution: Execution) -> Counted:
    return Counted(
        execution.execution_date, execution.backup_size_bytes, execution.duration_seconds
    )


def correct(execution: Execution, was: Counted) -> None:
    """Take back what was counted of a final backup, and count it as it is now."""
    now = counted(execution)
    if now != was:
        _add(execution, -1, was)
        _add(execution, 1, now)


def add_untold(execution: Execution) -> None:
    """Count a final backup whose outcome no event could be recorded of."""
    _add(execution, 1, counted(execution))


def _add(execution: Execution, runs: int, what: Counted) -> None:
    _ADD.later(
        execution.tenant_id,
        execution_id=execution.id,
        runs=runs,
        result=execution.status,
        **what._asdict(),
    )
