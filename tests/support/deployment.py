"""A deployment of one test's own: its settings, its database, and those who post to it."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

import psycopg2
from flask import Flask

from tests.support import production
from tests.support.application import migrated
from tests.support.cast import Cast
from tests.support.load import KEYED, KEYED_REPEATED_WITHIN, STATUS_REPEATED_WITHIN, Connect, Post
from tests.support.postgres import two_roles
from tests.support.proxy import Proxy
from tests.support.web import Web

SHIPPED = ("--config=scripts/gunicorn.conf.py",)
JOBS = 3
PATIENCE_SECONDS = 120
_WAITING = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE NOT granted AND datname = current_database()
"""
_NO_LIMIT = "1000000 per minute"


@dataclass(frozen=True)
class Deployment:
    """What the processes are started with, and the application over the same database."""

    environ: dict[str, str]
    app: Flask
    cast: Cast
    posts: tuple[Post, ...]


@contextmanager
def deployed(folder: Path, database_url: str, **settings: str) -> Iterator[Deployment]:
    """Migrate the database and fill it with a cast, as an administrator would for production."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    environ = {
        **production.SETTINGS,
        "INSTANCE_PATH": str(folder / "instance"),
        **two_roles(database_url),
        "BACKUP_SOURCE_ROOTS": str(sources),
        "STORAGE_ROOTS": str(folder / "storage"),
        **{f"RATE_LIMIT_{kind}": _NO_LIMIT for kind in ("READS", "WRITES", "LOGIN", "STATUS")},
        **settings,
    }
    with migrated(environ) as app:
        cast = Cast(app, folder)
        yield Deployment(environ, app, cast, _posts(cast))


def _posts(cast: Cast) -> tuple[Post, ...]:
    """Statuses of several jobs, tasks, and tasks under a key."""
    reporter, operator = cast.key_caller("reporter"), cast.key_caller("operator")
    jobs = [cast.create_job(backup_tool="veeam").id for _ in range(JOBS)]
    status = partial(Post, "status", "/api/backup/status", reporter.headers)
    task = partial(Post, path="/api/v1/tasks", headers=operator.headers, body=_task)
    statuses = [
        status(partial(_status, job_id), repeated_within=STATUS_REPEATED_WITHIN) for job_id in jobs
    ]
    keyed = task(KEYED, repeated_within=KEYED_REPEATED_WITHIN, has_key=True)
    return (*statuses, task("task"), keyed)


def _status(job_id: int, mark: str) -> dict[str, Any]:
    return {"job_id": job_id, "execution_result": "failed", "error_message": mark}


def _task(mark: str) -> dict[str, Any]:
    return {"title": mark, "priority": "low"}


@contextmanager
def locked(deployment: Deployment) -> Iterator[Callable[[], int]]:
    """Let every post wait for what it is about; gives how to count those that do."""
    environ = deployment.environ
    url = environ.get("MIGRATION_DATABASE_URL", environ["DATABASE_URL"])
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE backup_jobs, tasks IN ACCESS EXCLUSIVE MODE")

        def count() -> int:
            cursor.execute(_WAITING)
            return len(cursor.fetchall())

        yield count


def direct(web: Web) -> Connect:
    """A way to connect to gunicorn itself."""
    return partial(HTTPConnection, "127.0.0.1", web.port, timeout=PATIENCE_SECONDS)


def through(proxy: Proxy) -> Connect:
    """A way to connect by way of nginx, over TLS."""
    trust = proxy.trust()
    return partial(
        HTTPSConnection, "localhost", proxy.port, timeout=PATIENCE_SECONDS, context=trust
    )


def mishaps_of(web: Web) -> list[str]:
    """What gunicorn's log calls a bug of ours."""
    lines = web.child.output().splitlines()
    return [line for line in lines if '"Exception on ' in line or '"unhandled_error"' in line]
