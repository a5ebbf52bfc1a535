"""The stage of every test: a real database, the migrated application, and its cast."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth import cache
from app.core.extensions import limiter
from app.legacy.service import calls
from tests.support import ledger, postgres, redis
from tests.support.application import empty_tables, migrated
from tests.support.cast import PASSWORD, Caller, Cast
from tests.support.chance import draw_no_local_constants
from tests.support.checked import CheckedClient
from tests.support.repositories import make_repository
from tests.support.watchdog import run_folder

DATABASES = ("sqlite", "postgresql")
NO_LIMIT = "1000000 per minute"

SLOW_FOLDERS = ("fuzz", "faults", "e2e", "runs", "own", "production", "processes")
# Clients, papers and restic do the same whatever the database is, and so does whoever is refused
# before any row is read: for their credentials, or at odd paths. Whom each operation lets in, other
# tenants' and missing ids are asked of both databases. Tests of faults choose their servers
# themselves.
ONCE = {
    *("clients", "docs", "e2e", "faults", "house"),
    *("test_credentials.py", "test_ended_credentials.py"),
    *("test_never_html.py", "test_permissions.py"),
    *("test_remote_storage.py", "test_storage_faults.py", "test_changing_sources.py"),
    *("test_aws_sts.py", "test_oauth_refusals.py", "test_oauth_libraries.py"),
    *(
        "test_ended_rights.py",
        "test_headers.py",
        "test_row_security.py",
        "test_scripts_in_messages.py",
    ),
    *("test_full_storage.py", "test_postgresql_away.py", "test_redis_away.py"),
    *("test_lost_worker.py", "test_lost_verification.py"),
    *("test_server_side_requests.py", "test_path_traversal.py", "test_mass_assignment.py"),
    *("test_csv_injection.py", "test_log_injection.py"),
    *("test_backup_modes.py", "test_damaged_repositories.py", "test_compared_restores.py"),
    # Each says itself which databases it goes from and to.
    *("test_backup_command.py", "test_damaged_backups.py", "test_restore_command.py"),
    *("test_filtered_backup.py", "test_moving.py"),
}

# Thousands of made-up requests go once, over the database of larger houses: it is the stricter one,
# and where SQLite's file waits for a busy disk there it answers.
ON_POSTGRESQL = {"fuzz"}

# On a busy machine an example takes long, and chance must not decide which run fails.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")
draw_no_local_constants()
# Of every application that a test makes, wherever it makes it.
Flask.test_client_class = CheckedClient


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DATABASES, default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What waits longest comes first, so that the end of a run has something to share out.

    A second run, on PostgreSQL, repeats only what a database takes part in.
    """
    items.sort(key=lambda item: item.path.parent.name not in SLOW_FOLDERS)
    if config.getoption("--database") == "sqlite":
        needs = [item for item in items if item.path.parent.name not in ON_POSTGRESQL]
    else:
        needs = [item for item in items if "database_url" in getattr(item, "fixturenames", ())]
        needs = [item for item in needs if not {item.path.parent.name, item.path.name} & ONCE]
    config.hook.pytest_deselected(items=[item for item in items if item not in needs])
    items[:] = needs


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the tests of faults counted stands in the log of every run, also of those that pass."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    lines = list(ledger.table(reports))
    if lines:
        terminalreporter.section("faults")
    for line in lines:
        terminalreporter.line(line)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This worker's own instance folder."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="session")
def database_url(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    instance: Path,
    worker_name: str,
) -> str:
    """A database of this worker's own, empty."""
    if request.config.getoption("--database") == "sqlite":
        return f"sqlite:///{instance}/holdfast.db"
    return postgres.shared_server(run_folder(tmp_path_factory)).create_database(worker_name)


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> str:
    """A Redis database of this worker's own."""
    number = int("".join(filter(str.isdigit, worker_name)) or 0)
    return redis.shared_server(run_folder(tmp_path_factory)).url(number)


@pytest.fixture(scope="session")
def environ(instance: Path, database_url: str, sources: Path) -> dict[str, str]:
    """The environment of the application under test, also for child processes."""
    return {
        "FLASK_ENV_NAME": "testing",
        "FLASK_SKIP_DOTENV": "1",
        "INSTANCE_PATH": str(instance),
        **postgres.two_roles(database_url),
        "BACKUP_SOURCE_ROOTS": str(sources),
        "RESTORE_ROOTS": str(instance / "restores"),
        # Nobody answers there, and nobody at Amazon is asked.
        "AWS_STS_ENDPOINT": "http://127.0.0.1:9",
        "STORAGE_ROOTS": str(instance / "storage"),
        "ADMIN_PASSWORD": "the first of all passwords",
        **{f"RATE_LIMIT_{kind}": NO_LIMIT for kind in ("READS", "WRITES", "LOGIN", "STATUS")},
    }


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder under which jobs may find their sources."""
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="session")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that restic has made; for tests to copy."""
    return make_repository(tmp_path_factory.mktemp("repositories"))


@pytest.fixture(scope="session")
def migrated_app(environ: dict[str, str]) -> Iterator[Flask]:
    with migrated(environ) as app:
        yield app


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application over an empty database."""
    yield migrated_app
    calls.forget()
    with migrated_app.app_context():
        empty_tables()
        limiter.reset()
    cache.forget_all()


@pytest.fixture
def cast(app: Flask, instance: Path) -> Cast:
    """Two tenants and whoever is asked for in them."""
    return Cast(app, instance)


@pytest.fixture
def admin(cast: Cast) -> Caller:
    """Alice, administrator of the first tenant."""
    return cast.caller("admin")


@pytest.fixture
def chief(cast: Cast) -> Caller:
    """Carol, who may open every door: administrator of the first tenant and of the platform."""
    return cast.caller("admin", is_platform_admin=True)


@pytest.fixture
def operator(cast: Cast) -> Caller:
    """Oscar, who runs backups in the first tenant."""
    return cast.caller("operator")


@pytest.fixture
def viewer(cast: Cast) -> Caller:
    """Victor, who only looks."""
    return cast.caller("viewer")


@pytest.fixture
def outsider(cast: Cast) -> Caller:
    """Mallory, administrator of another tenant."""
    return cast.caller("admin", tenant="globex")


@pytest.fixture
def anonymous(app: Flask) -> Caller:
    """Nobody in particular."""
    return Caller(app.test_client(), {})


@pytest.fixture
def log_in(anonymous: Caller) -> Callable[..., TestResponse]:
    """Sign in with a name and, unless told otherwise, the right password."""

    def call(username: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        body = {"username": username, "password": password, **more}
        return anonymous.post("/api/v1/auth/login", body)

    return call


@pytest.fixture
def reporter(cast: Cast) -> Caller:
    """A backup script with an API key of the role `reporter`."""
    return cast.key_caller("reporter")


@pytest.fixture
def job(cast: Cast) -> Any:
    """A restic job of the first tenant over a folder that exists."""
    return cast.create_job()
