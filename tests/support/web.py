"""gunicorn over the application, as a test of its own or behind a proxy."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from tests.support.house import ROOT
from tests.support.processes import Child, free_port, running

# A worker that needs more than `timeout` to load the application is killed, by default after 30 s.
PLAIN = ("--worker-class=gthread", "--threads=4", "--timeout=300", "--no-control-socket")


@dataclass(frozen=True)
class Web:
    """A running gunicorn and its port on 127.0.0.1."""

    port: int
    child: Child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_web(environ: Mapping[str, str], *options: str) -> Iterator[Web]:
    """Run gunicorn with these options, PLAIN unless told otherwise, until the block ends.

    It is ready once a worker has answered: the port takes connections long before.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *(options or PLAIN), f"--bind=127.0.0.1:{port}"]
    with running(
        [*command, "wsgi:app"], env=environ, cwd=ROOT, port=port, is_ready=lambda: _answers(port)
    ) as child:
        yield Web(port, child)


def _answers(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", "/api/v1/health/live")
            return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
