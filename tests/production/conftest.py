"""A deployment: PostgreSQL, Redis, gunicorn in production, and nginx with TLS before it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from flask import Flask

from tests.support import postgres, production
from tests.support.application import migrated
from tests.support.proxy import Proxy, running_proxy
from tests.support.watchdog import run_folder
from tests.support.web import Web, running_web

# The settings of a deployment; only the port is a test's own.
SHIPPED = ("--config=scripts/gunicorn.conf.py",)


@dataclass(frozen=True)
class Answer:
    """What came back through the proxy."""

    status: int
    headers: Message
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Apart from the other tests': a second database gives the same ids out again."""
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="session")
def environ(
    tmp_path_factory: pytest.TempPathFactory,
    instance: Path,
    sources: Path,
    redis_url: str,
    worker_name: str,
) -> dict[str, str]:
    """What an administrator would write into the environment file."""
    server = postgres.shared_server(run_folder(tmp_path_factory))
    return {
        **production.SETTINGS,
        "INSTANCE_PATH": str(instance),
        **postgres.two_roles(server.create_database(f"production_{worker_name}")),
        "REDIS_URL": redis_url,
        "BACKUP_SOURCE_ROOTS": str(sources),
        "STORAGE_ROOTS": str(instance / "storage"),
    }


@pytest.fixture(scope="session")
def migrated_app(environ: dict[str, str]) -> Iterator[Flask]:
    with migrated(environ) as app:
        yield app


@pytest.fixture(scope="session")
def gunicorn(environ: dict[str, str], migrated_app: Flask) -> Iterator[Web]:
    """The web process of the deployment."""
    with running_web(environ, *SHIPPED) as web:
        yield web


@pytest.fixture
def another_gunicorn(environ: dict[str, str], migrated_app: Flask) -> Iterator[Web]:
    """A web process that a test may end."""
    with running_web(environ, *SHIPPED) as web:
        yield web


@pytest.fixture
def locked_jobs(environ: dict[str, str], app: Flask) -> Callable[[], AbstractContextManager[None]]:
    """Hold the table of jobs, as a careless migration does: who reads it waits."""

    @contextmanager
    def lock() -> Iterator[None]:
        with closing(psycopg2.connect(environ["DATABASE_URL"])) as connection:
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE backup_jobs IN ACCESS EXCLUSIVE MODE")
                yield

    return lock


@pytest.fixture(scope="session")
def proxy(gunicorn: Web) -> Iterator[Proxy]:
    with running_proxy(gunicorn.port) as made:
        yield made


@pytest.fixture
def ask(proxy: Proxy) -> Callable[..., Answer]:
    """Ask the deployment over TLS."""
    return partial(ask_through, proxy)


@pytest.fixture
def ask_another() -> Callable[..., Answer]:
    """Ask through another proxy than that of the deployment."""
    return ask_through


def ask_through(
    proxy: Proxy,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = 120,
) -> Answer:
    given = {} if body is None else {"Content-Type": "application/json"}
    connection = HTTPSConnection("localhost", proxy.port, timeout=seconds, context=proxy.trust())
    with closing(connection):
        connection.request(method, path, body, {**given, **(headers or {})})
        response = connection.getresponse()
        return Answer(response.status, response.msg, response.read().decode())
