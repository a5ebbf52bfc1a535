"""The servers of a run, all of them real: PostgreSQL, Redis, Holdfast and the floor."""

import os
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from app.users.passwords import hash_password
from benchmarks.floor import THREADS
from tests.support import postgres, redis
from tests.support.processes import Child, free_port, running

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
# Of those who sign in, at Holdfast and at the floor.
PASSWORD = "a horse that nobody bets on"  # noqa: S105  # nosec B105 # of nobody
UNREACHED = "1000000000 per minute"
LIMITS = ("READS", "WRITES", "STATUS", "LOGIN")


@dataclass(frozen=True)
class Stage:
    """Where Holdfast and the floor listen, and the settings that Holdfast was started with.

    The spare databases are empty, for cases that no other case's rows may disturb.
    """

    holdfast: str
    floor: str
    settings: dict[str, str]
    floor_database: str
    spare_databases: tuple[str, str]
    database_pid: int
    counters_pid: int


@contextmanager
def stage() -> Iterator[Stage]:
    """Start PostgreSQL and Redis, and give the addresses that the two applications will have."""
    with (
        tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder,
        postgres.running_server() as database,
        redis.running_server() as counters,
    ):
        settings = {
            "FLASK_ENV_NAME": "production",
            "FLASK_SKIP_DOTENV": "1",
            "INSTANCE_PATH": folder,
            **postgres.two_roles(database.create_database("holdfast")),
            "REDIS_URL": counters.url(),
            "WEB_WORKERS": str(WORKERS),
            "WEB_THREADS": str(THREADS),
            "TRUSTED_PROXIES": "0",
            # Counted for each request, and never reached.
            **{f"RATE_LIMIT_{kind}": UNREACHED for kind in LIMITS},
            **{name: _secret() for name in ("SECRET_KEY", "JWT_SECRET_KEY")},
            "HOLDFAST_ENCRYPTION_KEY": _secret(),
        }
        yield Stage(
            holdfast=f"http://127.0.0.1:{free_port()}",
            floor=f"http://127.0.0.1:{free_port()}",
            settings=settings,
            floor_database=_for_sqlalchemy(database.create_database("floor")),
            spare_databases=(database.create_database("one"), database.create_database("two")),
            database_pid=database.pid,
            counters_pid=counters.pid,
        )


@contextmanager
def applications(set_up: Stage) -> Iterator[None]:
    """Serve both applications by the same gunicorn: two workers of four threads."""
    floor = {
        "FLOOR_DATABASE_URL": set_up.floor_database,
        "FLOOR_PASSWORD_HASH": hash_password(PASSWORD),
    }
    options = ["--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS)]
    options += ["--keep-alive", "75", "--no-control-socket", "benchmarks.floor:create_floor()"]
    with holdfast(set_up.settings, set_up.holdfast), _gunicorn(options, set_up.floor, floor):
        yield


@contextmanager
def another(set_up: Stage, threads: int) -> Iterator[str]:
    """Serve Holdfast once more over the same data, with so many threads; gives its address."""
    url = f"http://127.0.0.1:{free_port()}"
    with holdfast({**set_up.settings, "WEB_THREADS": str(threads)}, url):
        yield url


@contextmanager
def holdfast(settings: Mapping[str, str], url: str) -> Iterator[Child]:
    """Serve Holdfast as it is shipped: the settings tell how many workers and threads."""
    with _gunicorn(["--config", "scripts/gunicorn.conf.py", "wsgi:app"], url, settings) as child:
        yield child


@contextmanager
def _gunicorn(options: Sequence[str], url: str, settings: Mapping[str, str]) -> Iterator[Child]:
    port = int(url.rpartition(":")[2])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options]
    # The port is open before the workers have made their application.
    with running(
        command, env=settings, cwd=ROOT, port=port, is_ready=lambda: _answers(url), seconds=60
    ) as child:
        yield child


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=10)
    except requests.RequestException:
        return False
    return True


def _secret() -> str:
    return urlsafe_b64encode(os.urandom(32)).decode()


def _for_sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)
