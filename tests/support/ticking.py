"""The scheduler's steps for due jobs at any moment, and runs that begin and end without restic."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.backups.models import BackupJob, Execution
from app.backups.service import due, endings, runs
from app.backups.service.moves import move
from app.core import clock
from app.core.db import db
from app.core.identity import Actor
from app.core.tenancy import as_tenant, unscoped

OWNER = "test-owner"


class Ticker:
    """A scheduler and a worker whose clock is the test's."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def tick(self, at: datetime) -> int:
        """Do both steps; gives how many jobs were attended to."""
        with clock.hold(at), self.app.app_context():
            return due.start_due(at) + due.tell_missed(at)

    def ask(self, job: BackupJob, at: datetime) -> None:
        """Queue a run of the job, as a person does."""
        actor = Actor(job.tenant_id, "system", "test")
        with clock.hold(at), self.app.app_context(), as_tenant(job.tenant_id):
            runs.queue_run(job.id, trigger="manual", actor=actor, now=at)

    def begin(self, at: datetime) -> list[int]:
        """Let a worker take whatever is queued, and runners elsewhere what is theirs."""
        with clock.hold(at), self.app.app_context():
            with unscoped(read_only=True):
                queued = db.session.scalars(
                    select(Execution).where(Execution.status == "queued").order_by(Execution.id)
                ).all()
            for execution in queued:
                assert self._take(execution, at)
        return [execution.id for execution in queued]

    @staticmethod
    def _take(execution: Execution, at: datetime) -> bool:
        if execution.runner is None:
            with unscoped():
                return runs.claim(execution.id, OWNER, at, 60) is not None
        taken = {"status": "running", "started_at": at, "execution_date": at, "lease_owner": OWNER}
        with as_tenant(execution.tenant_id):
            return move(execution.id, execution.tenant_id, "queued", **taken)

    def end(self, at: datetime, status: str = "success") -> None:
        """Let every running execution come to its end."""
        with clock.hold(at), self.app.app_context():
            with unscoped(read_only=True):
                running = db.session.scalars(
                    select(Execution).where(Execution.status == "running")
                ).all()
            for execution in running:
                with as_tenant(execution.tenant_id):
                    assert endings.settle(execution.id, OWNER, endings.Ending(status), at)

    def do(self, at: datetime) -> int:
        """Tick, and let whatever was queued begin and end in the same moment."""
        attended = self.tick(at)
        self.begin(at)
        self.end(at)
        return attended

    def job(self, job_id: int) -> BackupJob:
        with self.app.app_context(), unscoped(read_only=True):
            return db.session.get_one(BackupJob, job_id)

    def runs(self, job_id: int) -> list[Execution]:
        """The job's executions in the order in which they were made."""
        statement: Any = select(Execution).where(Execution.job_id == job_id).order_by(Execution.id)
        with self.app.app_context(), unscoped(read_only=True):
            return list(db.session.scalars(statement))

    def statuses(self, job_id: int) -> list[tuple[str, str]]:
        """What the job's executions were started by, and what became of them."""
        return [(run.trigger, run.status) for run in self.runs(job_id)]
