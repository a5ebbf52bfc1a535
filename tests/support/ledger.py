"""What a test asked for, what it was told of it, and what the database holds of it in the end."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.support.processes import wait_until

PROPERTY = "faults"
_COLUMNS = ("sent", "repeated", "acknowledged", "refused", "unknown", "found", "lost", "doubled")


@dataclass(frozen=True)
class Tally:
    """How many things were asked for, and what became of them.

    `repeated` counts what was sent again beyond that. `unknown` are those of which no answer came
    while a connection broke; they may be there or not. `lost` were acknowledged and are not there,
    `doubled` are there more than once.
    """

    sent: int
    repeated: int
    acknowledged: int
    refused: int
    unknown: int
    found: int
    lost: int
    doubled: int


@dataclass
class _Entry:
    attempts: int = 0
    is_acknowledged: bool = False
    is_broken: bool = False


class Ledger:
    """Takes note of each thing by a mark of its own, which the database will show; thread-safe."""

    def __init__(self, title: str, tell: Callable[[dict[str, Any]], None] = lambda _told: None):
        self.title = title
        self._tell = tell
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}

    def open(self, kind: str) -> str:
        """A new mark, for something that is about to be sent."""
        with self._lock:
            mark = f"{kind}-{len(self._entries):06d}"
            self._entries[mark] = _Entry()
            return mark

    def sending(self, mark: str) -> None:
        with self._lock:
            self._entries[mark].attempts += 1

    def acknowledge(self, mark: str) -> None:
        """A 2xx was read to its end."""
        with self._lock:
            self._entries[mark].is_acknowledged = True

    def lose_sight(self, mark: str) -> None:
        """The connection broke before an answer was read to its end."""
        with self._lock:
            self._entries[mark].is_broken = True

    @property
    def acknowledged(self) -> set[str]:
        """The marks of all that a 2xx came for."""
        with self._lock:
            return {mark for mark, entry in self._entries.items() if entry.is_acknowledged}

    @property
    def unacknowledged(self) -> set[str]:
        with self._lock:
            return {mark for mark, entry in self._entries.items() if not entry.is_acknowledged}

    def await_more(self, number: int, seconds: float = 120) -> None:
        """Wait until so many more are acknowledged than are now."""
        aim = len(self.acknowledged) + number
        wait_until(
            lambda: len(self.acknowledged) >= aim,
            seconds=seconds,
            what=f"{number} more are acknowledged",
            output=lambda: str(self._tally(Counter())),
        )

    def settle(self, found: Iterable[str]) -> Tally:
        """Hold the marks that the database shows against what was told, and print the outcome."""
        tally = self._tally(Counter(found))
        self._tell({"title": self.title, **asdict(tally)})
        return tally

    def _tally(self, times: Counter[str]) -> Tally:
        with self._lock:
            entries = dict(self._entries)
        told = {mark for mark, entry in entries.items() if entry.is_acknowledged}
        broken = {mark for mark, entry in entries.items() if entry.is_broken} - told
        return Tally(
            sent=len(entries),
            repeated=sum(entry.attempts - 1 for entry in entries.values() if entry.attempts),
            acknowledged=len(told),
            refused=len(entries.keys() - told - broken),
            unknown=len(broken),
            found=len(entries.keys() & times.keys()),
            lost=len(told - times.keys()),
            doubled=sum(count > 1 for mark, count in times.items() if mark in entries),
        )


def table(reports: Iterable[Any]) -> Iterator[str]:
    """The last tally of each test that kept a ledger, as lines; nothing where none did."""
    told = {
        report.nodeid: value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == PROPERTY and report.when == "call"
    }
    if told:
        yield "  ".join(_COLUMNS)
    for tally in told.values():
        cells = (str(tally[column]).rjust(len(column)) for column in _COLUMNS)
        yield f"{'  '.join(cells)}  {tally['title']}"
