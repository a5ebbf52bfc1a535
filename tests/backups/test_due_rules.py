"""What is judged of a job whose time has come, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from app.backups.rules.due import DueTimes, Verdict, judge, overdue_after

DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY, GRACE = timedelta(days=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)
NEXT, OVERDUE = DUE + DAY, DUE + GRACE
START, WAIT, TELL = Verdict(True, None), Verdict(False, None), Verdict(False, DUE)
BOTH = Verdict(True, DUE)

# next_run, overdue_at, is_runnable, open_run, has_begun; the moment; the verdict and overdue_at.
CASES = [
    ((DUE, OVERDUE, True, None, False), DUE - SECOND, None, None),
    ((DUE, OVERDUE, True, None, False), DUE, START, OVERDUE),
    ((DUE, OVERDUE, False, None, False), DUE, None, None),
    ((DUE, OVERDUE, True, "queued", False), DUE, WAIT, OVERDUE),
    ((DUE, OVERDUE, True, "running", False), DUE, None, None),
    ((DUE, None, True, None, False), DUE, START, OVERDUE),
    ((DUE, None, True, "queued", False), DUE, WAIT, None),
    ((NEXT, OVERDUE, True, "queued", False), OVERDUE - SECOND, None, None),
    ((NEXT, OVERDUE, True, "queued", False), OVERDUE, TELL, None),
    ((NEXT, OVERDUE, True, "queued", True), OVERDUE, WAIT, NEXT + GRACE),
    ((NEXT, OVERDUE, True, "running", True), OVERDUE, WAIT, NEXT + GRACE),
    ((NEXT, OVERDUE, True, None, False), OVERDUE, TELL, NEXT + GRACE),
    ((DUE, OVERDUE, True, "running", False), OVERDUE, TELL, None),
    ((DUE, OVERDUE, True, None, False), OVERDUE, BOTH, None),
    ((DUE, OVERDUE, True, None, True), OVERDUE, WAIT, NEXT + GRACE),
    ((DUE, OVERDUE, False, None, False), OVERDUE, TELL, NEXT + GRACE),
    ((NEXT, None, True, "queued", False), DUE + GRACE, None, None),
    ((None, None, True, None, False), DUE, None, None),
]


@pytest.mark.parametrize(("job", "now", "verdict", "overdue_at"), CASES)
def test_what_is_done(job, now, verdict, overdue_at):
    next_run, late_at, is_runnable, open_run, has_begun = job
    times = DueTimes(next_run, late_at, GRACE, is_runnable, open_run, has_begun)

    judged = judge(times, now)

    assert judged == verdict
    if judged is not None:
        assert overdue_after(times, judged, NEXT, now) == overdue_at
