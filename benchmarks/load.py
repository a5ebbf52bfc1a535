"""Drives a server with wrk and says what came back."""

import json
import subprocess  # nosec B404 # wrk is a program
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
# wrk goes on for this long after the last request was sent, so that every answer is counted.
LINGER_SECONDS = 2


@dataclass(frozen=True)
class Target:
    """What is asked for: the address, the credentials, and the script's kind of request."""

    url: str
    kind: str = "get"
    headers: tuple[tuple[str, str], ...] = ()
    jobs: tuple[int, int] = (0, 1)
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
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{seconds + LINGER_SECONDS:.0f}s"]
    command += ["-s", str(SCRIPT), "--timeout", "10s"]
    for name, value in target.headers:
        command += ["-H", f"{name}: {value}"]
    first, jobs = target.jobs
    arguments = (seconds, target.kind, first, jobs, offset)
    command += [target.url, *map(str, arguments)]
    # A list, made here alone.
    done = subprocess.run(  # noqa: S603  # nosec B603
        command, capture_output=True, text=True, timeout=seconds + 60
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
