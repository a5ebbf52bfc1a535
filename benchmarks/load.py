"""Drives a server over connections that its workers share alike, and says what came back."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import wrk
from benchmarks.memory import connections_of, workers_at

CONNECTIONS = 16
# It takes milliseconds.
_TAKEN_SECONDS = 5.0


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
    """What a round gave; `created` counts the answers 201, `given` those with 200.

    `next` is the number to go on with: none from there on was used.
    """

    per_second: float
    median_ms: float
    p99_ms: float
    answered: int
    created: int
    given: int
    next: int


def drive(target: Target, seconds: float, offset: int = 0) -> Measured:
    """Ask for `seconds` over the target's connections, with the numbers from `offset` on.

    gunicorn's workers take connections as they come and keep them, and now and then one of two
    takes nearly all: each worker is given its share, by a wrk of its own. Raises RuntimeError when
    an answer was an error or a connection broke.
    """
    workers = workers_at(target.url)
    bounds = [number * target.connections // len(workers) for number in range(len(workers) + 1)]
    with tempfile.TemporaryDirectory(prefix="holdfast-load-") as folder, wrk.ending([]) as started:
        beginning = Path(folder) / "begin"
        for number, worker in enumerate(workers):
            order = wrk.Order(
                beginning,
                seconds,
                bounds[number + 1] - bounds[number],
                target.kind,
                *target.numbers,
                offset + number,
                len(workers),
            )
            with _alone(worker, workers, target.url, order.connections):
                started.append(wrk.start(target.url, order, target.headers, target.words))
        beginning.touch()
        found = [one.result() for one in started]
    latencies = [(one["latencies_us"], one["answered"]) for one in found]
    sums = {name: sum(one[name] for one in found) for name in ("answered", "created", "given")}
    return Measured(
        per_second=sums["answered"] / seconds,
        median_ms=_percentile(latencies, 50) / 1000,
        p99_ms=_percentile(latencies, 99) / 1000,
        next=max(one["next"] for one in found),
        **sums,
    )


@contextmanager
def _alone(
    worker: psutil.Process, workers: Sequence[psutil.Process], url: str, share: int
) -> Iterator[None]:
    """Hold the other workers still until this one has taken so many connections more."""
    others = [one for one in workers if one != worker]
    wanted = connections_of(worker, url) + share
    for one in others:
        one.suspend()
    try:
        yield
        deadline = time.monotonic() + _TAKEN_SECONDS
        while connections_of(worker, url) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        for one in others:
            one.resume()


def _percentile(latencies: Iterable[tuple[Sequence[float], int]], percent: float) -> float:
    """Of the cuts of several wrks, each cut standing for as many answers as its wrk had in one."""
    weighed = sorted((cut, answered / len(cuts)) for cuts, answered in latencies for cut in cuts)
    left = sum(weight for _, weight in weighed) * percent / 100
    for cut, weight in weighed:
        left -= weight
        if left <= 0:
            return cut
    return weighed[-1][0]
