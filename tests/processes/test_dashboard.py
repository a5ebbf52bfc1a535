"""A scheduler that is killed while it folds leaves every run counted once."""

from datetime import timedelta

from sqlalchemy import func, select

from app.backups.models import Execution
from app.backups.values import BACKUP
from app.core import clock
from app.core.db import db
from app.core.tenancy import unscoped
from app.dashboard.models import RunRollup
from app.dashboard.values import DAY
from tests.support.house import house_process
from tests.support.processes import wait_until

POSTS = 15


def test_a_killed_scheduler_leaves_every_run_counted_once(app, cast, reporter, viewer, house):
    job = cast.create_job(backup_tool="veeam")
    told = []

    def report(number):
        at = clock.to_wire(clock.utcnow() - timedelta(minutes=15 * number))
        body = {"job_id": job.id, "execution_result": "success", "execution_date": at}
        assert reporter.post("/api/backup/status", body).status_code == 201
        data = viewer.get("/api/v1/dashboard/overview?time_period=last_7d").json["data"]
        told.append(data["runs"]["total"])

    with house_process("scheduler", house) as scheduler:
        report(0)
        await_counted(app, 1, scheduler)
        for number in range(1, POSTS):
            report(number)
        scheduler.process.kill()

    with house_process("scheduler", house) as scheduler:
        await_counted(app, POSTS, scheduler)
    assert told == list(range(1, POSTS + 1))
    assert len([row for row in cast.rows(Execution) if row.kind == BACKUP]) == POSTS


def await_counted(app, runs, scheduler):
    wait_until(
        lambda: counted(app) == runs,
        seconds=60,
        what=f"{runs} runs are in the roll-ups",
        output=scheduler.output,
    )


def counted(app):
    with app.app_context(), unscoped(read_only=True):
        runs = select(func.sum(RunRollup.runs)).where(RunRollup.unit == DAY)
        return int(db.session.scalar(runs) or 0)
