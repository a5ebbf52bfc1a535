"""Jobs whose repository is there already, and their runs, done here and now."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.backups.models import BackupJob, Execution
from app.backups.service import running
from app.core.db import db
from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider
from tests.support.cast import Caller, Cast
from tests.support.repositories import PASSWORD, call_restic, make_slow_file
from tests.support.ticking import Ticker

OWNER = "test-owner"


class Stage:
    """Makes jobs, runs their executions with the real restic, and reads what became of them."""

    def __init__(self, app: Flask, cast: Cast, operator: Caller, empty_repository: Path) -> None:
        self.app = app
        self.cast = cast
        self.operator = operator
        self._empty = empty_repository

    def job(self, **fields: Any) -> BackupJob:
        """A job of Acme with an empty repository: making one takes restic three seconds."""
        job: BackupJob = self.cast.create_job(**fields)
        location = self.location(job)
        shutil.copytree(self._empty, location)
        self.change(BackupJob, job.id, repository_password=PASSWORD, repository_location=location)
        return job

    def location(self, job: BackupJob) -> str:
        return f"{self.cast.instance.resolve()}/storage/{job.tenant_id}/{job.id}"

    def queue(self, job: BackupJob, **body: Any) -> int:
        response = self.operator.post(f"/api/v1/backups/{job.id}/run", body)
        assert response.status_code == 202, response.json
        return int(response.json["data"]["id"])

    def work(self, execution_id: int, stopping: threading.Event | None = None) -> Execution:
        """Do the execution in this thread, as a worker would."""
        with self.app.app_context():
            running.run_execution(execution_id, OWNER, stopping or threading.Event())
        return self.execution(execution_id)

    def run(self, job: BackupJob, **body: Any) -> Execution:
        return self.work(self.queue(job, **body))

    def in_background(self, call: Callable[[], Any]) -> threading.Thread:
        thread = threading.Thread(target=call)
        thread.start()
        return thread

    def row(self, model: Any, row_id: int) -> Any:
        with self.app.app_context(), as_tenant(self.cast.tenant("acme"), read_only=True):
            return db.session.get_one(model, row_id)

    def execution(self, execution_id: int) -> Execution:
        return self.row(Execution, execution_id)

    def change(self, model: Any, row_id: int, **values: Any) -> None:
        """Set columns below the API, as time or another process would."""
        with self.app.app_context(), as_tenant(self.cast.tenant("acme")) as session:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def provider(self, **fields: Any) -> StorageProvider:
        """A further storage provider of Acme: a folder of its own unless told otherwise."""
        given = {
            "name": "Second",
            "provider_type": "local",
            "location_type": "offsite",
            "connection_string": f"{self.cast.instance}/storage/second",
            **fields,
        }
        if "connection_string" not in fields:
            Path(given["connection_string"]).mkdir(parents=True, exist_ok=True)
        added: StorageProvider = self.add(StorageProvider(**given))
        return added

    def add(self, row: Any) -> Any:
        """Keep a row of Acme's."""
        with self.app.app_context(), as_tenant(self.cast.tenant("acme")) as session:
            session.add(row)
        return row

    def log(self, execution_id: int) -> str:
        return self.operator.get(f"/api/v1/executions/{execution_id}/log").text

    def restic(self, job: BackupJob, *arguments: str) -> str:
        """Call restic itself over the job's repository."""
        return call_restic(self.location(job), self.cast.instance, *arguments)


@pytest.fixture
def body(sources: Path) -> dict[str, Any]:
    """A new job as it is sent, with nothing but what it must have."""
    return {
        "name": "Finance",
        "source_path": str(sources / "finance"),
        "backup_type": "full",
        "schedule_type": "manual",
    }


@pytest.fixture
def stage(app: Flask, cast: Cast, operator: Caller, empty_repository: Path) -> Stage:
    return Stage(app, cast, operator, empty_repository)


@pytest.fixture
def slow_source(sources: Path, cast: Cast) -> Iterator[Path]:
    """A folder with a file that takes minutes to read."""
    folder = sources / f"slow-{cast.tenant('acme')}"
    folder.mkdir()
    slow = make_slow_file(folder / "slow.img")
    yield folder
    slow.unlink(missing_ok=True)


@pytest.fixture
def ticker(app: Flask) -> Ticker:
    return Ticker(app)
