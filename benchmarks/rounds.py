"""A case is two targets driven in turn, and a comparison of what their rounds gave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

from benchmarks.load import Measured, Target, drive

ROUNDS = 5
SECONDS = 6.0
WARM_UP_SECONDS = 3.0
Drive = Callable[[float], Measured]


@dataclass(frozen=True)
class Case:
    """One line of the results: a figure, the floor's in the same rounds, and what is wanted.

    `ratio` is value / floor; `better` tells on which side of `target` it must lie.
    """

    name: str
    unit: str
    value: float
    floor: float
    target: float
    better: Literal["higher", "lower"]

    @property
    def ratio(self) -> float:
        return self.value / self.floor

    @property
    def met(self) -> bool:
        is_higher = self.better == "higher"
        return self.ratio >= self.target if is_higher else self.ratio <= self.target


def in_turn(subject: Drive, floor: Drive) -> tuple[list[Measured], list[Measured]]:
    """Warm both up, then measure A B A B …, so that a slow minute of the machine hits both."""
    subject(WARM_UP_SECONDS)
    floor(WARM_UP_SECONDS)
    pairs = [(subject(SECONDS), floor(SECONDS)) for _ in range(ROUNDS)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def steady(target: Target) -> Drive:
    """Drives a target that every round asks the same."""
    return lambda seconds: drive(target, seconds)


def throughput(
    name: str, subject: Iterable[Measured], floor: Iterable[Measured], target: float
) -> Case:
    """Requests per second, the middle round of each."""
    value = median(one.per_second for one in subject)
    least = median(one.per_second for one in floor)
    return Case(name, "requests/s", value, least, target, "higher")


def tail(name: str, subject: Iterable[Measured], floor: Iterable[Measured], target: float) -> Case:
    """The slowest hundredth of the answers, the middle round of each."""
    value = median(one.p99_ms for one in subject)
    least = median(one.p99_ms for one in floor)
    return Case(name, "ms", value, least, target, "lower")


def cost(name: str, subject: Iterable[Measured], floor: Iterable[Measured], target: float) -> Case:
    """What one request takes of the server, as milliseconds between two answers."""
    value = median(1000 / one.per_second for one in subject)
    least = median(1000 / one.per_second for one in floor)
    return Case(name, "ms a request", value, least, target, "lower")
