"""Jobs with a real repository that holds a snapshot, and verifications done here and now."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.backups.models import BackupJob
from app.core.db import db
from app.core.tenancy import as_tenant
from app.verification.models import Verification
from app.verification.service import running
from tests.support.cast import Caller, Cast
from tests.support.repositories import PASSWORD, call_restic
from tests.support.rows import keep_run

OWNER = "test-owner"
BIG_BYTES = 200_000


class Lab:
    """Makes jobs with something to verify, verifies it with the real restic, and damages it."""

    def __init__(self, app: Flask, cast: Cast, operator: Caller, template: "Template") -> None:
        self.app = app
        self.cast = cast
        self.operator = operator
        self.template = template

    def job(self, **fields: Any) -> BackupJob:
        """A job of Acme whose repository holds the template's snapshot, made by its last run."""
        job: BackupJob = self.cast.create_job(**fields)
        location = self.location(job)
        shutil.copytree(self.template.folder, location)
        self.change(BackupJob, job.id, repository_password=PASSWORD, repository_location=location)
        keep_run(self.cast, job.id, snapshot_id=self.template.snapshot_id)
        return job

    def location(self, job: BackupJob) -> str:
        return f"{self.cast.instance.resolve()}/storage/{job.tenant_id}/{job.id}"

    def repository(self, job: BackupJob) -> Path:
        return Path(self.location(job))

    def packs(self, job: BackupJob) -> list[Path]:
        """Its packs, the one with most of the files' data first."""
        found = [path for path in (self.repository(job) / "data").rglob("*") if path.is_file()]
        return sorted(found, key=lambda path: -path.stat().st_size)

    def queue(self, job: BackupJob, test_type: str, **body: Any) -> int:
        body = {"test_type": test_type, **body}
        response = self.operator.post(f"/api/v1/verify/{job.id}", body)
        assert response.status_code == 202, response.json
        return int(response.json["data"]["id"])

    def work(self, verification_id: int, stopping: threading.Event | None = None) -> Verification:
        """Do the verification in this thread, as a worker would."""
        with self.app.app_context():
            running.run_verification(verification_id, OWNER, stopping or threading.Event())
        return self.row(Verification, verification_id)

    def verify(self, job: BackupJob, test_type: str, **body: Any) -> dict[str, Any]:
        """Do it, and give its result as the API tells it."""
        verification_id = self.queue(job, test_type, **body)
        self.work(verification_id)
        path = f"/api/v1/verify/{job.id}/result?verification_id={verification_id}"
        response = self.operator.get(path)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json["data"]
        return told

    def row(self, model: Any, row_id: int) -> Any:
        with self.app.app_context(), as_tenant(self.cast.tenant("acme"), read_only=True):
            return db.session.get_one(model, row_id)

    def change(self, model: Any, row_id: int, **values: Any) -> None:
        """Set columns below the API, as time or another process would."""
        with self.app.app_context(), as_tenant(self.cast.tenant("acme")) as session:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def scratch(self) -> list[str]:
        """What verifications have left behind."""
        folder = Path(self.app.config["SCRATCH_PATH"])
        return os.listdir(folder) if folder.is_dir() else []

    def restic(self, job: BackupJob, *arguments: str) -> str:
        """Call restic itself over the job's repository."""
        return call_restic(self.location(job), self.cast.instance, *arguments)


class Template:
    """A repository with one snapshot, for tests to copy: making it takes seconds."""

    def __init__(self, folder: Path, home: Path, source: Path) -> None:
        self.folder = folder
        self.source = source
        call_restic(str(folder), home, "backup", "--quiet", str(source))
        listed = json.loads(call_restic(str(folder), home, "snapshots", "--json"))
        self.snapshot_id = str(listed[0]["id"])


def fill(source: Path) -> None:
    """Files of every kind, and names in any script and in none."""
    (source / "sub").mkdir(parents=True)
    (source / "big.bin").write_bytes(os.urandom(BIG_BYTES))
    (source / "small.txt").write_text("small\n")
    (source / "empty").touch()
    (source / "link").symlink_to("small.txt")
    os.mkfifo(source / "pipe")
    (source / "sub" / "表 [1]*.txt").write_text("names in any script")
    (source / "sub" / "two\nlines").write_text("a line break")
    Path(os.fsdecode(os.fsencode(source / "sub") + b"/bytes-\xff\xfe")).write_text("no UTF-8")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, empty_repository: Path) -> Template:
    home = tmp_path_factory.mktemp("template")
    shutil.copytree(empty_repository, home / "repository")
    fill(home / "source")
    return Template(home / "repository", home, home / "source")


@pytest.fixture
def lab(app: Flask, cast: Cast, operator: Caller, template: Template) -> Lab:
    return Lab(app, cast, operator, template)


@pytest.fixture
def flip() -> Callable[[Path, int], None]:
    """Change one byte of a file that restic made read-only."""

    def change(path: Path, place: int) -> None:
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)

    return change
