"""The application over a database that nobody has migrated yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import config
from app import create_app
from app.core.db import db
from tests.support import postgres
from tests.support.watchdog import run_folder


@pytest.fixture
def fresh(
    environ: dict[str, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    worker_name: str,
) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path}/fresh.db"
    if request.config.getoption("--database") == "postgresql":
        server = postgres.shared_server(run_folder(tmp_path_factory))
        url = server.create_database(f"fresh_{worker_name}")
    app = create_app(config.load({**environ, **postgres.two_roles(url)}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
