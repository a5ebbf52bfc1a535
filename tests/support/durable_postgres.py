"""A PostgreSQL that keeps what it confirmed, for tests that stop it and start it again."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import Signals

import psutil

from tests.support import postgres, watchdog
from tests.support.postgres import PostgresServer
from tests.support.processes import free_port

# A commit is on the disk before its caller hears of it, as on every server in the field.
OPTIONS = {
    **postgres.OPTIONS,
    **dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on"),
}


class DurableServer:
    """One server after another over the same files, on the same port of 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._binaries = postgres.initialise(folder)
        self._port = free_port()
        self.server = PostgresServer(0, self._port)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # Each has a folder of its own for what it prints, which goes when it ends.
        run = Path(tempfile.mkdtemp(prefix="run-", dir=self._folder))
        postgres.give(run, postgres.account_name())
        data = self._folder / "data"
        pid = postgres.launch(self._binaries, data, run, self._port, OPTIONS)
        self.server = PostgresServer(pid, self._port)

    def signal(self, number: Signals) -> None:
        """TERM waits for its clients to leave, INT throws them out, QUIT ends as a crash does."""
        psutil.Process(self.server.pid).children()[0].send_signal(number)

    def stop(self, number: Signals) -> None:
        """Signal it, and wait until it has gone."""
        watcher = psutil.Process(self.server.pid)
        self.signal(number)
        watcher.wait(60)


@contextmanager
def durable_server() -> Iterator[DurableServer]:
    """Run one, from the beginning of the block."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-postgresql-"))
    made = DurableServer(folder)
    try:
        made.start()
        yield made
    finally:
        watchdog.dismiss(made.server.pid)
        shutil.rmtree(folder, ignore_errors=True)
