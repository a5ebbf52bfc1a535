"""What a tick of the scheduler costs: over few jobs and over many, of which as many are due."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import delete, func, select, update

import config
from app import create_app
from app.backups.models import BackupJob, Execution
from app.backups.service import due
from app.core import clock
from app.core.db import db
from app.core.queue import queues
from app.core.tenancy import unscoped
from benchmarks.filling import settle
from benchmarks.rounds import Case
from benchmarks.seeds import FEW_JOBS, MANY_JOBS, add_tenant
from benchmarks.servers import Stage
from tests.support.postgres import two_roles

DUE_JOBS = 100
ROUNDS = 9
_JOBS: Any = BackupJob.__table__
_RUNS: Any = Execution.__table__
_FAR = timedelta(hours=6)
_GRACE = timedelta(hours=1)


class OtherTick(AssertionError):
    """A tick started fewer or more runs than were due."""


class Ticks:
    """Daily restic jobs in a database of their own, a hundred of which come due for each tick."""

    def __init__(self, stage: Stage, database: str, jobs: int) -> None:
        self._app = create_app(config.load({**stage.settings, **two_roles(database)}))
        with self._app.app_context():
            flask_migrate.upgrade()
        add_tenant(self._app, "ticks", jobs)
        self._step = jobs // DUE_JOBS
        self._plan(clock.utcnow() + _FAR)
        settle(self._app)

    def measure(self) -> float:
        """The milliseconds that a tick takes; what it started is gone again afterwards."""
        now = clock.utcnow()
        self._plan(now - timedelta(minutes=1), _JOBS.c.id % self._step == 0)
        with self._app.app_context():
            began = time.perf_counter()
            due.start_due(now)
            due.tell_missed(now)
            took = time.perf_counter() - began
            started = self._forget()
        if started != DUE_JOBS:
            raise OtherTick(f"{DUE_JOBS} jobs were due, {started} were started")
        self._plan(now + _FAR, _JOBS.c.next_run < now + _FAR)
        return 1000 * took

    def _plan(self, at: datetime, *conditions: Any) -> None:
        values = {"backup_tool": "restic", "next_run": at, "overdue_at": at + _GRACE}
        with self._app.app_context(), unscoped() as session:
            session.execute(update(_JOBS).where(*conditions).values(**values))

    def _forget(self) -> int:
        queues().runs.flush()
        with unscoped():
            started = db.session.scalar(select(func.count()).select_from(_RUNS)) or 0
            db.session.execute(delete(_RUNS))
        return started


def scheduler_tick(_app: Flask, stage: Stage) -> Iterator[Case]:
    """A tick over 100,000 jobs of which 100 are due, against one over 1,000 with as many."""
    many = Ticks(stage, stage.spare_databases[0], MANY_JOBS)
    few = Ticks(stage, stage.spare_databases[1], FEW_JOBS)
    many.measure()
    few.measure()
    pairs = [(many.measure(), few.measure()) for _ in range(ROUNDS)]
    yield Case("scheduler_tick", "ms a tick", pairs, 2.0, "lower")
