"""When what waits for a channel is sent: soon, but not as many messages as there are failures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.notifications.rules.hours import next_hour, next_of, quiet_until
from app.notifications.values import DAILY, HOURLY, LONGEST_GATHERING, MOST_SINGLES, STORM_PAUSE


@dataclass(frozen=True)
class Waiting:
    """What waits for a channel; what is urgent and what is not is counted apart."""

    count: int
    first_at: datetime
    last_at: datetime
    is_urgent: bool


@dataclass(frozen=True)
class Habits:
    """How a channel wants to be told."""

    digest: str
    digest_times: tuple[str, ...]
    quiet_hours: Mapping[str, str] | None
    zone: str
    gather_seconds: float
    storm_until: datetime | None


def gathered_at(waiting: Waiting, gather_seconds: float) -> datetime:
    """Nothing new came for a while, or the first has waited long enough."""
    calm = waiting.last_at + timedelta(seconds=gather_seconds)
    longest = waiting.first_at + timedelta(seconds=gather_seconds * LONGEST_GATHERING)
    return min(calm, longest)


def due_at(waiting: Waiting, habits: Habits) -> datetime:
    """When these are sent. What is critical waits for neither a digest nor the quiet hours' end,
    but for a storm like everything else."""
    due = gathered_at(waiting, habits.gather_seconds)
    if habits.storm_until is not None:
        due = max(due, habits.storm_until)
    if waiting.is_urgent:
        return due
    if habits.digest == HOURLY:
        due = max(due, next_hour(waiting.first_at))
    elif habits.digest == DAILY:
        due = max(due, next_of(habits.digest_times, habits.zone, waiting.first_at))
    return quiet_until(habits.quiet_hours, habits.zone, due) or due


def is_one_message(waiting: Waiting, habits: Habits) -> bool:
    """Many at once, or several that were held back, go as one digest."""
    is_held = due_at(waiting, habits) > gathered_at(waiting, habits.gather_seconds)
    return waiting.count > MOST_SINGLES or (is_held and waiting.count > 1)


def calm_after(waiting: Waiting, habits: Habits, now: datetime) -> datetime | None:
    """Until when the next ones wait, after a storm."""
    if waiting.count <= MOST_SINGLES:
        return None
    return now + timedelta(seconds=habits.gather_seconds * STORM_PAUSE)
