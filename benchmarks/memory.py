"""What processes hold: connections, and memory, and whether that stays so."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Memory:
    """A process's resident memory, and that part of it which nobody shares, in MiB."""

    rss: float
    uss: float


def memory_of(process: psutil.Process) -> Memory:
    """What a process holds now. Raises psutil.NoSuchProcess when it has ended."""
    found = process.memory_full_info()
    return Memory(found.rss / MIB, found.uss / MIB)


def memory_of_all(process: psutil.Process) -> Memory:
    """What a process and all that it started hold for themselves now; some may come and go."""
    found = [memory_of(process)]
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found.append(memory_of(child))
    return Memory(sum(one.rss for one in found), sum(one.uss for one in found))


def workers_at(url: str) -> list[psutil.Process]:
    """The processes below this one that listen at the address and have no children: the workers."""
    port = urlsplit(url).port
    descendants = psutil.Process().children(recursive=True)
    return [one for one in descendants if _listens(one, port) and not one.children()]


def largest_worker(url: str) -> Memory:
    """What the largest worker at the address holds."""
    return max(map(memory_of, workers_at(url)), key=lambda found: found.uss)


@dataclass(frozen=True)
class Course:
    """The memory of one process, sample by sample, in MiB."""

    samples: Sequence[float]

    @property
    def second_quarter(self) -> float:
        """The middle one of the second quarter's samples; the first quarter is for warming up."""
        return median(self._quarter(1))

    @property
    def last_quarter(self) -> float:
        return median(self._quarter(3))

    @property
    def ratio(self) -> float:
        return self.last_quarter / self.second_quarter

    def is_flat(self, tolerance: float) -> bool:
        """Whether the last quarter lies within so much (a fraction) of the second one."""
        return abs(self.ratio - 1) <= tolerance

    def thinned(self, points: int) -> list[float]:
        """So many points at most, each the middle one of its share of the samples."""
        share = max(1, -(-len(self.samples) // points))
        return [
            round(median(self.samples[at : at + share]), 1)
            for at in range(0, len(self.samples), share)
        ]

    def _quarter(self, number: int) -> Sequence[float]:
        size = len(self.samples)
        return self.samples[size * number // 4 : size * (number + 1) // 4]


def connections_of(process: psutil.Process, url: str) -> int:
    """How many connections to the address a worker holds."""
    port = urlsplit(url).port
    found = process.net_connections("tcp")
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port for one in found)


def _listens(process: psutil.Process, port: int | None) -> bool:
    return any(
        one.status == psutil.CONN_LISTEN and one.laddr.port == port
        for one in process.net_connections("tcp")
    )
