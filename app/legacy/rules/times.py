"""When a run was, from what its posts said and when they arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Dated(Protocol):
    """The times of a report, or of several that were merged."""

    @property
    def single_date(self) -> datetime | None: ...

    @property
    def started_at(self) -> datetime | None: ...

    @property
    def finished_at(self) -> datetime | None: ...

    @property
    def duration_seconds(self) -> float | None: ...


@dataclass(frozen=True)
class Times:
    """The times to keep for an execution, in UTC; `started_at` is a guess where none was sent."""

    execution_date: datetime
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: float | None


def times_of(report: Dated, arrived_at: datetime) -> Times:
    """The times of a run whose first post arrived at `arrived_at`.

    The execution date is the date as sent, up to a day ahead where the script's clock is wrong;
    the start and the end are never after the arrival, since a run that was reported is over.
    """
    duration = _duration(report)
    length = timedelta(seconds=duration or 0)
    sent = report.single_date or report.started_at
    if sent is None and report.finished_at:
        sent = report.finished_at - length
    execution_date = sent or arrived_at - length

    started_at = min(report.started_at or execution_date, arrived_at)
    finished_at = report.finished_at
    if finished_at is None and duration is not None:
        finished_at = (report.started_at or execution_date) + length
    if finished_at is not None:
        finished_at = max(min(finished_at, arrived_at), started_at)
    return Times(execution_date, started_at, finished_at, duration)


def _duration(report: Dated) -> float | None:
    if report.duration_seconds is not None:
        return report.duration_seconds
    if report.started_at and report.finished_at and report.finished_at >= report.started_at:
        return (report.finished_at - report.started_at).total_seconds()
    return None
