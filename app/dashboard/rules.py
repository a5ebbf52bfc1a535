"""Windows of time and what is worked out from counts; pure functions."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.backups.values import FAILED, MISSED, SUCCESS, WARNING
from app.dashboard.values import DAY, DAYS_OF, HOUR

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From a full hour or a midnight (UTC) to the end of the hour or day that is now.

    `unit` is the length of its buckets' names.
    """

    from_: datetime
    to: datetime
    unit: int

    @property
    def first(self) -> str:
        return self.from_.isoformat()[: self.unit]

    @property
    def end(self) -> str:
        """The bucket after the last one."""
        return self.to.isoformat()[: self.unit]

    def days(self) -> Iterator[str]:
        """Every calendar date that it touches."""
        at = self.from_.replace(hour=0)
        while at < self.to:
            yield at.isoformat()[:DAY]
            at += _DAY


def window_of(period: str, now: datetime) -> Window:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if period not in DAYS_OF:
        return Window(hour - _DAY, hour + _HOUR, HOUR)
    midnight = hour.replace(hour=0)
    return Window(midnight - DAYS_OF[period] * _DAY, midnight + _DAY, DAY)


def success_rate(runs: Mapping[str, int]) -> float | None:
    """Of the runs that should have gone well, how many percent did; cancelled ones aside."""
    well = runs.get(SUCCESS, 0) + runs.get(WARNING, 0)
    return percent(well, well + runs.get(FAILED, 0) + runs.get(MISSED, 0))


def percent(part: int | float, whole: int | float | None) -> float | None:
    """None of nothing."""
    return round(100 * part / whole, 2) if whole else None


def mean_seconds(milliseconds: int, runs: int) -> float | None:
    return round(milliseconds / runs / 1000, 3) if runs else None


def carried(measured: Iterable[tuple[int, date, int]], days: Iterable[date]) -> dict[date, int]:
    """The sum over all things on each day, where each is what it was measured to be last.

    `measured` is (thing, day, size) in the order of the days, from before the first one on.
    """
    waiting = deque(measured)
    known: dict[int, int] = {}
    sums = {}
    for day in days:
        while waiting and waiting[0][1] <= day:
            thing, _, size = waiting.popleft()
            known[thing] = size
        sums[day] = sum(known.values())
    return sums


def walked_back(
    now: Mapping[str, int],
    changes: Iterable[tuple[str, str | None, str | None, int]],
    days: Iterable[str],
) -> dict[str, Counter[str]]:
    """How many things had each status at the end of each day, from how many have it now.

    A change is (day, status before, status after, how many); a thing that is new had none
    before, one that was removed has none after.
    """
    by_day: dict[str, Counter[str]] = defaultdict(Counter)
    for day, before, after, count in changes:
        if after is not None:
            by_day[day][after] -= count
        if before is not None:
            by_day[day][before] += count
    standing = Counter(now)
    found = {}
    for day in sorted(days, reverse=True):
        found[day] = standing.copy()
        standing.update(by_day[day])
    return found
