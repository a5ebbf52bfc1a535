"""wrk: one process of it, that waits until it may begin and tells what came back."""

import json
import os
import subprocess  # nosec B404 # wrk is a program
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("load.lua")
# The longest that wrk waits after the last request was sent; it ends with the last answer.
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Order:
    """What one wrk is to do, in the words of its script, from the moment that `beginning` exists.

    It takes the numbers `offset`, `offset + step` and so on.
    """

    beginning: Path
    seconds: float
    connections: int
    kind: str
    first: int
    many: int
    offset: int
    step: int


class Wrk:
    """A wrk at work."""

    def __init__(self, process: subprocess.Popen[str], url: str, seconds: float) -> None:
        self._process = process
        self._url = url
        self._seconds = seconds

    def result(self) -> dict[str, Any]:
        """Wait for its end, and give what it counted.

        Raises RuntimeError when an answer was an error or a connection broke: nothing else counts.
        """
        said, _ = self._process.communicate(timeout=self._seconds + 2 * PATIENCE_SECONDS)
        if self._process.returncode:
            raise RuntimeError(f"wrk ended with {self._process.returncode}: {said}")
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        if found["refused"] or found["broken"] or not found["answered"]:
            told = {name: value for name, value in found.items() if name != "latencies_us"}
            raise RuntimeError(f"{self._url} did not answer well: {told}")
        return found

    def end(self) -> None:
        """Kill it, when it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def start(url: str, order: Order, headers: Sequence[tuple[str, str]], words: Sequence[str]) -> Wrk:
    """Let wrk connect."""
    seconds = order.seconds + PATIENCE_SECONDS
    command = ["wrk", "-t1", f"-c{order.connections}", f"-d{seconds:.0f}s", "--timeout", "20s"]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    command += ["-s", str(SCRIPT), url, *map(str, vars(order).values())]
    # A list, made here alone.
    process = subprocess.Popen(  # noqa: S603  # nosec B603
        command,
        env={**os.environ, "LOAD_WORDS": "\n".join(words)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Wrk(process, url, order.seconds)


@contextmanager
def ending(started: list[Wrk]) -> Iterator[list[Wrk]]:
    """Leave none of these behind, however the block ends."""
    try:
        yield started
    finally:
        for one in started:
            one.end()
