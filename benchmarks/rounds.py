"""A case is two targets driven in turn, and a comparison of what their rounds gave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, Protocol

from benchmarks.load import Measured, Target, drive
from benchmarks.memory import Memory, largest_worker
from benchmarks.scale import SCALE

ROUNDS = 7 if SCALE >= 1 else 2
SECONDS = 3.0 if SCALE >= 1 else 1.0
WARM_UP_SECONDS = 2.0 if SCALE >= 1 else 1.0


class Drive(Protocol):
    """Asks a target for some seconds."""

    @property
    def target(self) -> Target: ...

    def __call__(self, seconds: float) -> Measured: ...


@dataclass(frozen=True)
class Side:
    """What one side gave in its middle rounds, and what its largest worker held afterwards."""

    per_second: float
    median_ms: float
    p99_ms: float
    memory: Memory


@dataclass(frozen=True)
class Case:
    """One line of the results: a figure and the floor's, round by round, and what is wanted.

    Each round is compared with the floor's beside it, and the middle one of those ratios counts:
    a slow minute of the machine hits both of a pair. `better` tells on which side of `target` the
    ratio must lie.
    """

    name: str
    unit: str
    pairs: Sequence[tuple[float, float]]
    target: float
    better: Literal["higher", "lower"]
    sides: tuple[Side, Side] | None = None

    @property
    def value(self) -> float:
        return median(value for value, _ in self.pairs)

    @property
    def floor(self) -> float:
        return median(floor for _, floor in self.pairs)

    @property
    def ratios(self) -> list[float]:
        return [value / floor for value, floor in self.pairs]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of a pair."""
        return min(self.ratios), max(self.ratios)

    @property
    def met(self) -> bool:
        is_higher = self.better == "higher"
        return self.ratio >= self.target if is_higher else self.ratio <= self.target


@dataclass(frozen=True)
class Rounds:
    """What a subject and its floor gave, driven in turn."""

    pairs: Sequence[tuple[Measured, Measured]]
    memory: tuple[Memory, Memory]

    def throughput(self, name: str, target: float) -> Case:
        """Requests per second."""
        return self._case(name, "requests/s", target, "higher", lambda one: one.per_second)

    def tail(self, name: str, target: float) -> Case:
        """The slowest hundredth of the answers."""
        return self._case(name, "ms", target, "lower", lambda one: one.p99_ms)

    def cost(self, name: str, target: float) -> Case:
        """What one request takes of the server, as milliseconds between two answers."""
        return self._case(name, "ms a request", target, "lower", lambda one: 1000 / one.per_second)

    def _case(
        self,
        name: str,
        unit: str,
        target: float,
        better: Literal["higher", "lower"],
        figure: Callable[[Measured], float],
    ) -> Case:
        pairs = [(figure(subject), figure(floor)) for subject, floor in self.pairs]
        return Case(name, unit, pairs, target, better, (self._side(0), self._side(1)))

    def _side(self, number: int) -> Side:
        rounds = [pair[number] for pair in self.pairs]
        return Side(
            median(one.per_second for one in rounds),
            median(one.median_ms for one in rounds),
            median(one.p99_ms for one in rounds),
            self.memory[number],
        )


class Steady:
    """Drives a target that every round asks the same."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def __call__(self, seconds: float) -> Measured:
        return drive(self.target, seconds)


def in_turn(subject: Drive, floor: Drive) -> Rounds:
    """Warm both up, then measure A B A B …, so that a slow minute of the machine hits both."""
    subject(WARM_UP_SECONDS)
    floor(WARM_UP_SECONDS)
    pairs = [(subject(SECONDS), floor(SECONDS)) for _ in range(ROUNDS)]
    return Rounds(pairs, (largest_worker(subject.target.url), largest_worker(floor.target.url)))
