"""What the tests of faults share: a deployment, and a ledger that the end of the run prints."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import postgres
from tests.support.deployment import Deployment, deployed
from tests.support.ledger import PROPERTY, Ledger
from tests.support.watchdog import run_folder


@pytest.fixture
def ledger(request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]) -> Ledger:
    """Sent, acknowledged, found, lost, doubled: shown under this test's name."""
    title = request.node.name.removeprefix("test_").replace("_", " ")
    return Ledger(title, lambda tally: record_property(PROPERTY, tally))


@pytest.fixture
def deployment(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, redis_url: str, worker_name: str
) -> Iterator[Deployment]:
    """PostgreSQL and Redis, which all tests share, under a database of this test's own."""
    server = postgres.shared_server(run_folder(tmp_path_factory))
    name = f"faults_{worker_name}"
    with deployed(tmp_path, server.create_database(name), REDIS_URL=redis_url) as made:
        yield made
    server.drop_database(name)
