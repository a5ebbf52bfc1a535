"""The fixtures of the house's processes, over both kinds of queue: SQLite's file, and Redis beside
PostgreSQL.

A folder's conftest.py imports them by name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.queue import queues
from tests.support.application import migrated
from tests.support.cast import Cast
from tests.support.house import SHORT_LEASE_SECONDS, SLOW_BYTES, Throttle


@pytest.fixture(scope="session")
def environ(environ: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    """Quick sweeps; Redis takes part where PostgreSQL does."""
    quick = {"SWEEP_SECONDS": "1", "PYTHONUNBUFFERED": "1"}
    if request.config.getoption("--database") == "postgresql":
        quick["REDIS_URL"] = request.getfixturevalue("redis_url")
    return {**environ, **quick}


@pytest.fixture(scope="session")
def migrated_app(environ: dict[str, str]) -> Iterator[Flask]:
    with migrated(environ) as app:
        yield app


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application over an empty database and an empty queue."""
    with app.app_context():
        queues().runs.flush()
    yield app
    with app.app_context():
        queues().runs.flush()


@pytest.fixture
def throttle(tmp_path: Path) -> Throttle:
    """A restic that can be made slow."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return Throttle(folder)


@pytest.fixture
def house(environ: dict[str, str], throttle: Throttle) -> dict[str, str]:
    """The environment of the worker and the scheduler."""
    return {**environ, "PATH": throttle.path}


@pytest.fixture
def short_lease(house: dict[str, str]) -> dict[str, str]:
    """For a worker that is to lose its run, and for none else: on a busy machine it could."""
    return {**house, "LEASE_SECONDS": str(SHORT_LEASE_SECONDS)}


@pytest.fixture
def slow_job(cast: Cast, throttle: Throttle) -> Any:
    """A job whose backup takes a minute, until the throttle is let go."""
    job = cast.create_job(max_retries=1)
    with open("/dev/urandom", "rb") as source:
        (Path(job.source_path) / "random.bin").write_bytes(source.read(SLOW_BYTES))
    throttle.slow_down()
    return job
