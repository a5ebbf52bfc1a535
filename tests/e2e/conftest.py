"""One deployment for this folder: PostgreSQL, Redis, gunicorn, worker, scheduler, nginx with TLS.

Nothing here reaches into it: what a test knows came back over HTTPS.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import postgres, production
from tests.support.house import ROOT, house_process
from tests.support.over_tls import Person
from tests.support.proxy import Proxy, running_proxy
from tests.support.watchdog import run_folder
from tests.support.web import running_web

PASSWORD = "the first of all passwords"
NO_LIMIT = "1000000 per minute"


@dataclass(frozen=True)
class Deployment:
    """Where it is reached, and the folders that its administrator has allowed."""

    proxy: Proxy
    sources: Path
    restores: Path


@pytest.fixture(scope="session")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, worker_name: str
) -> Iterator[Deployment]:
    """Set up as docs/deployment.md says: the settings, the preparing step, the processes."""
    folder = tmp_path_factory.mktemp("e2e")
    sources, restores = folder / "sources", folder / "restores"
    sources.mkdir()
    server = postgres.shared_server(run_folder(tmp_path_factory))
    environ = {
        **production.SETTINGS,
        "INSTANCE_PATH": str(folder / "instance"),
        **postgres.two_roles(server.create_database(f"e2e_{worker_name}")),
        "REDIS_URL": redis_url,
        "BACKUP_SOURCE_ROOTS": str(sources),
        "RESTORE_ROOTS": str(restores),
        "STORAGE_ROOTS": str(folder / "storage"),
        "ADMIN_PASSWORD": PASSWORD,
        "SWEEP_SECONDS": "1",
        **{f"RATE_LIMIT_{kind}": NO_LIMIT for kind in ("READS", "WRITES", "LOGIN", "STATUS")},
    }
    prepare(environ)
    processes = {**environ, "MIGRATION_DATABASE_URL": ""}
    with ExitStack() as stack:
        web = stack.enter_context(running_web(processes, "--config=scripts/gunicorn.conf.py"))
        for name in ("worker", "scheduler"):
            stack.enter_context(house_process(name, processes))
        proxy = stack.enter_context(running_proxy(web.port))
        yield Deployment(proxy, sources, restores)


def prepare(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "holdfast", "prepare"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def admin(deployment: Deployment) -> Person:
    """The first administrator, signed in."""
    nobody = Person(deployment.proxy)
    login = {"username": "admin", "password": PASSWORD}
    answer = nobody.call("POST", "/api/v1/auth/login", login)
    assert answer.status == 200, answer.text
    return Person(deployment.proxy, {"Authorization": f"Bearer {answer.data['access_token']}"})


@pytest.fixture
def source(deployment: Deployment, request: pytest.FixtureRequest) -> Path:
    """A folder of this test's own with something in it."""
    folder = deployment.sources / request.node.name
    folder.mkdir()
    (folder / "notes.txt").write_text("what must not be lost\n")
    return folder


@pytest.fixture
def new_job(admin: Person, source: Path) -> Callable[..., Any]:
    """A job over the folder, by restic unless told otherwise; it fails at once when it does."""

    def make(name: str, **fields: Any) -> Any:
        kinds = {"backup_type": "incremental", "schedule_type": "manual", "max_retries": 0}
        given = {"name": name, "source_path": str(source), **kinds, **fields}
        return admin.make("/api/v1/backups", given)

    return make


@pytest.fixture
def key(admin: Person) -> Callable[[str], str]:
    """A new API key of this role."""

    def make(role: str) -> str:
        made = admin.make("/api/v1/auth/api-keys", {"name": f"e2e {role}", "role": role})
        return str(made["key"])

    return make
