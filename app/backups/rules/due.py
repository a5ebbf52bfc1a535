"""What is to be done about a job whose time has come: started, told as missed, or left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.backups.values import RUNNING


@dataclass(frozen=True, slots=True)
class DueTimes:
    """A job's times and its open run, as they stand at one moment.

    `next_run` is the first due time that nobody has attended to yet. `overdue_at` is when the
    oldest one without a run is missed: `grace` after it, and so before `next_run` while a run
    that the scheduler queued has not begun. It is None while a run waits or works of which the
    miss was told: that is told once, however long it takes.
    `open_run` is the status of the backup that is open, if any. `has_begun` says that one began
    within `grace` of the due time, on either side.
    """

    next_run: datetime | None
    overdue_at: datetime | None
    grace: timedelta
    is_runnable: bool
    open_run: str | None = None
    has_begun: bool = False

    def is_late(self, now: datetime) -> bool:
        return self.overdue_at is not None and self.overdue_at <= now

    def is_due(self, now: datetime) -> bool:
        return self.next_run is not None and self.next_run <= now


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows; `missed` is the due time to be told of, if any."""

    starts: bool
    missed: datetime | None


def judge(job: DueTimes, now: datetime) -> Verdict | None:
    """None when nothing is to be done yet: a run that is in progress may end within the grace.

    A run in progress at the due time, begun within the grace before it, is that due run. One
    that is queued will be it, whoever asked for it. After a time without a scheduler the run
    that starts now is the one that catches up, for however many were missed.
    """
    is_late = job.is_late(now)
    is_due = job.is_runnable and job.is_due(now)
    if not is_late and not is_due:
        return None
    if not is_late and job.open_run == RUNNING:
        return None
    missed = None
    if is_late and not job.has_begun and job.overdue_at is not None:
        missed = job.overdue_at - job.grace
    is_answered = is_late and missed is None
    return Verdict(is_due and job.open_run is None and not is_answered, missed)


def last_look(now: datetime, pause_seconds: int) -> datetime:
    """The latest moment, `now` at most, that is a whole number of pauses after 1970."""
    return now - timedelta(seconds=now.timestamp() % pause_seconds)


def overdue_after(
    job: DueTimes, verdict: Verdict, following: datetime | None, now: datetime
) -> datetime | None:
    """`overdue_at` once the verdict is carried out and `following` is due next."""
    waits = verdict.starts or job.open_run is not None
    if verdict.missed is not None and waits:
        return None
    if job.is_late(now):
        return following + job.grace if following else None
    if verdict.starts and job.overdue_at is None and job.next_run is not None:
        return job.next_run + job.grace
    return job.overdue_at
