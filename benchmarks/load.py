"""Drives a server with wrk and says what came back."""

import json
import os
import subprocess  # nosec B404 # wrk is a program
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
# The longest that wrk waits after the last request was sent; it ends with the last answer.
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Target:
    """What is asked for: the address, the credentials, and the script's kind of request.

    `numbers` are the first id and how many there are of what the kind goes through; so are the
    `words`: API keys or whole bodies, one after the other.
    """

    url: str
    kind: str = "get"
    headers: tuple[tuple[str, str], ...] = ()
    numbers: tuple[int, int] = (0, 1)
    words: tuple[str, ...] = ()
    connections: int = CONNECTIONS


@dataclass(frozen=True)
class Measured:
    """What a round gave; `created` counts the answers 201, `given` those with 200."""

    per_second: float
    median_ms: float
    p99_ms: float
    answered: int
    created: int
    given: int


def drive(target: Target, seconds: float, offset: int = 0) -> Measured:
    """Ask for `seconds` over the target's connections; `offset` is how many posts went before.

    Raises RuntimeError when an answer was an error or a connection broke: nothing else counts.
    """
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{seconds + PATIENCE_SECONDS:.0f}s"]
    command += ["-s", str(SCRIPT), "--timeout", "20s"]
    for name, value in target.headers:
        command += ["-H", f"{name}: {value}"]
    first, many = target.numbers
    arguments = (seconds, target.connections, target.kind, first, many, offset)
    command += [target.url, *map(str, arguments)]
    # A list, made here alone.
    done = subprocess.run(  # noqa: S603  # nosec B603
        command,
        env={**os.environ, "LOAD_WORDS": "\n".join(target.words)},
        capture_output=True,
        text=True,
        timeout=seconds + 2 * PATIENCE_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"wrk ended with {done.returncode}: {done.stderr or done.stdout}")
    found: Mapping[str, int] = json.loads(done.stdout.splitlines()[-1])
    if found["refused"] or found["broken"] or not found["answered"]:
        raise RuntimeError(f"{target.url} did not answer well: {found}")
    return Measured(
        per_second=found["answered"] / seconds,
        median_ms=found["median_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
        answered=found["answered"],
        created=found["created"],
        given=found["given"],
    )
