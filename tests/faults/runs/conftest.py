"""Runs that meet a fault: asked for over HTTP, done by real workers, and counted at the end."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.backups.models import BackupJob
from app.core.tenancy import unscoped
from tests.support.cast import Caller, Cast
from tests.support.house import SLOW_BYTES
from tests.support.house_fixtures import app, environ, house, migrated_app, short_lease, throttle
from tests.support.ledger import Ledger
from tests.support.repositories import PASSWORD
from tests.support.run_ledger import RunLedger, over_http, within
from tests.support.web import Web, running_web

__all__ = ["app", "environ", "house", "migrated_app", "short_lease", "throttle"]

MakeJob = Callable[..., BackupJob]


@pytest.fixture
def make_job(app: Flask, cast: Cast, empty_repository: Path) -> MakeJob:
    """Makes jobs whose repository is there already: making one takes restic three seconds."""

    def make(*, is_slow: bool = False, folder: Path | None = None, **fields: Any) -> BackupJob:
        job: BackupJob = cast.create_job(**fields)
        if is_slow:
            with open("/dev/urandom", "rb") as source:
                (Path(job.source_path) / "random.bin").write_bytes(source.read(SLOW_BYTES))
        storage = folder or cast.instance / "storage"
        location = storage.resolve() / str(job.tenant_id) / str(job.id)
        shutil.copytree(empty_repository, location)
        with app.app_context(), unscoped() as session:
            kept = session.get_one(BackupJob, job.id)
            kept.repository_password = PASSWORD
            kept.repository_location = str(location)
        return kept

    return make


@pytest.fixture
def web(app: Flask, house: dict[str, str]) -> Iterator[Web]:
    """gunicorn over the database that the workers use."""
    with running_web(house) as running:
        yield running


@pytest.fixture
def runs(ledger: Ledger, cast: Cast, operator: Caller, web: Web) -> RunLedger:
    """Asks for runs over HTTP as the operator, and counts what became of them."""
    return RunLedger(ledger, cast, over_http(web.url, operator))


@pytest.fixture
def own_runs(ledger: Ledger, cast: Cast, operator: Caller) -> RunLedger:
    """As `runs`, without gunicorn."""
    return RunLedger(ledger, cast, within(operator))
