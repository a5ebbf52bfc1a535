"""When a job is due next and when that is overdue, after a run of it has ended.

`next_run` is the first due time that was not attended to: the scheduler moves it on when that has
come, a report when it fulfils it; it never goes back. `overdue_at` belongs to the oldest due time
without a run: it stays behind `next_run` until a run of that time has ended or was seen to begin.
"""

from datetime import datetime
from typing import Any

from app.backups.service.job_states import JobState
from app.backups.values import MISSED


def after_report(
    job: JobState, began_at: datetime, ended_at: datetime, now: datetime
) -> dict[str, Any]:
    """The job's columns of its plan, once somebody reported a run.

    A report from long ago fulfils what was due then, and nothing since. One that began when its
    due time was missed already leaves that to the scheduler, which tells of it.
    """
    if not job.is_planned or _is_too_late(job, began_at):
        return {}
    fulfilled = min(now, ended_at + job.grace)
    if job.is_report_only and _is_early(job, began_at, fulfilled):
        fulfilled = job.next_run or fulfilled
    following = job.find_next(fulfilled)
    if following is None or (job.next_run is not None and following < job.next_run):
        return {}
    return {"next_run": following, "overdue_at": following + job.grace}


def after_own_run(
    job: JobState, began_at: datetime, has_begun: bool, now: datetime
) -> dict[str, Any]:
    """The job's columns of its plan, once a run that was queued here has ended.

    It was the due run when it began within the grace of the due time, on either side, and ended
    after it. What was cancelled before it began was no run: a due one stays due.
    """
    if not job.is_planned or job.next_run is None:
        return {}
    if job.overdue_at is None:
        # It was told as missed while it waited; what came due since is not late before now.
        return {"overdue_at": max(job.next_run, now) + job.grace}
    due = job.overdue_at - job.grace
    if not has_begun or due > now or not due - job.grace <= began_at <= job.overdue_at:
        return {}
    following = job.next_run if job.next_run > now else job.find_next(now)
    if following is None:
        return {}
    return {"next_run": following, "overdue_at": following + job.grace}


def is_of_before_a_miss(job: JobState, ended_at: datetime, now: datetime) -> bool:
    """A report of a run so old that the miss told last is not its own: that one stands."""
    if job.last_result != MISSED or job.next_run is None:
        return False
    following = job.find_next(min(now, ended_at + job.grace))
    return following is not None and following < job.next_run


def _is_too_late(job: JobState, began_at: datetime) -> bool:
    return job.overdue_at is not None and began_at > job.overdue_at


def _is_early(job: JobState, began_at: datetime, fulfilled: datetime) -> bool:
    """Begun a little before its due time, as scripts by another clock do.

    By at most the grace, and nearer to this due time than to the one before.
    """
    due = job.next_run
    if due is None or due <= fulfilled or began_at < due - job.grace:
        return False
    following = job.find_next(due)
    return following is not None and due - began_at < (following - due) / 2
