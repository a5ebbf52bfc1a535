"""A tick reads the due rows from their index, and not all jobs."""

from datetime import UTC, datetime

import pytest

from app.backups.models import BackupJob
from app.backups.service import due
from app.core import clock
from app.core.db import db
from tests.backups.test_execution_order import copies, plan_of
from tests.support.statements import heard_by

EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
IN_YEARS = "timestamptz '2036-01-01'"
LATER = {"name": "'copy ' || number", "next_run": IN_YEARS, "overdue_at": IN_YEARS}


@pytest.mark.parametrize(
    ("step", "index"),
    [(due.start_due, "ix_backup_jobs_due"), (due.tell_missed, "ix_backup_jobs_overdue")],
)
def test_due_rows_come_from_their_index(app, cast, step, index):
    with app.app_context(), heard_by(db.engine) as heard:
        step(DUE)
    (statement,) = [each for each in heard if "backup_jobs" in each[0]]
    with clock.hold(EVENING):
        cast.create_job(schedule_type="daily", schedule_time="02:00", runner="branch")

    with app.app_context():
        plan = plan_of(app, *statement, rows=copies(db.engine, BackupJob, LATER))

    assert index in plan, plan


def test_a_tick_asks_no_more_for_jobs_that_are_not_due(app, ticker, cast):
    def count(jobs_not_due):
        with clock.hold(EVENING):
            for _ in range(jobs_not_due):
                cast.create_job(schedule_type="daily", schedule_time="03:00", runner="branch")
            cast.create_job(schedule_type="daily", schedule_time="02:00", runner="branch")
        with app.app_context(), heard_by(db.engine) as heard:
            assert ticker.tick(DUE) == 1
        return len(heard)

    assert count(0) == count(20)
