"""When a backup job runs next, and what is wrong with a schedule."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_DAY = "last"

# What `next_run` raises for a schedule that was sound when it was kept: its time zone is gone.
UNUSABLE = (LookupError, OSError, ValueError, CronSimError)

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY_OF_MONTH = re.compile(r"0?[1-9]|[12]\d|3[01]", re.ASCII)
_MAX_CRON_LENGTH = 200
_ALL_HOURS = set(range(24))

# A cron expression is judged from a fixed day, so that the answer never depends on the date.
# Leap days are at most eight years apart.
_JUDGED_FROM = datetime(2024, 1, 1)
_JUDGED_UNTIL = datetime(2034, 1, 1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job's schedule as the API spells it.

    `schedule_time` is `HH:MM` in `timezone` (an IANA name); `schedule_days` are weekdays
    (`mon,thu`) or days of the month (`1,15,last`); `cron` has five fields.
    """

    schedule_type: str
    schedule_time: str | None = None
    schedule_days: str | None = None
    cron: str | None = None
    timezone: str = "UTC"


def problems(schedule: Schedule) -> dict[str, str]:
    """What is wrong, as field → message; empty when the schedule can be kept."""
    check = _CHECKS.get(schedule.schedule_type)
    if check is None:
        found = {"schedule_type": f"Must be one of: {', '.join(_CHECKS)}"}
    else:
        found = check(schedule)
    if not _is_zone(schedule.timezone):
        found["timezone"] = "Not a time zone of the IANA database"
    return found


def normalise(schedule_days: str) -> str:
    """The days in calendar order, each once: `thu,Mon,thu` is `mon,thu`, `last,01` is `1,last`.

    ValueError for an unknown day, and for weekdays mixed with days of the month.
    """
    days = {_day(part.strip().lower()) for part in schedule_days.split(",")}
    if days <= set(WEEKDAYS):
        return ",".join(sorted(days, key=WEEKDAYS.index))
    if days & set(WEEKDAYS):
        raise ValueError("Weekdays and days of the month do not mix")
    return ",".join(sorted(days, key=lambda day: 32 if day == LAST_DAY else int(day)))


def next_run(schedule: Schedule, after: datetime) -> datetime | None:
    """The first run strictly after `after`, in UTC; None for a manual schedule.

    The schedule must have no problems and `after` an offset (ValueError). A local time that is
    skipped when clocks go forward runs at the next valid minute, one that comes twice when they
    go back runs at its first. A cron expression for every hour of the day counts elapsed time
    instead: it neither leaves out nor doubles an hour. A day that a month lacks is left out.
    """
    if after.utcoffset() is None:
        raise ValueError("after needs an offset")
    if schedule.schedule_type == "manual":
        return None
    # Runs begin with a minute, so all moments of one have the same next run.
    return _next_run(_cron_of(schedule), schedule.timezone, after.replace(second=0, microsecond=0))


def count_runs(schedule: Schedule, after: datetime, until: datetime, at_most: int) -> int:
    """How many runs lie after `after` and not after `until`, counted up to `at_most`."""
    found, at = 0, next_run(schedule, after)
    while at is not None and at <= until and found < at_most:
        found, at = found + 1, next_run(schedule, at)
    return found


@lru_cache(maxsize=4096)
def _next_run(cron: str, timezone: str, after: datetime) -> datetime | None:
    minute, hour, *days = cron.split()
    zone = ZoneInfo(timezone)
    if _is_hourly(" ".join((minute, hour, *days))):
        return _next_elapsed(" ".join((minute, "*", *days)), zone, after)
    return _next_named(" ".join((minute, hour, *days)), zone, after)


@lru_cache(maxsize=1024)
def _is_hourly(cron: str) -> bool:
    """Whether it runs in every hour of the day."""
    return CronSim(cron, _JUDGED_FROM).hours == _ALL_HOURS


def _next_named(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    # cronsim walks wall-clock time here, without a zone: on its own it loses runs in a skipped
    # hour when the minute or hour field has a star, and doubles them in a repeated one.
    for wall in CronSim(cron, after.astimezone(zone).replace(tzinfo=None, fold=0)):
        at = _instant(wall, zone)
        if at > after:
            return at
    return None


def _next_elapsed(cron: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    for local in CronSim(cron, after.astimezone(zone)):
        at = local.astimezone(UTC)
        if at > after:
            return at
    return None


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the zone's clocks show this time, or the next one they show."""
    while True:
        at = wall.replace(tzinfo=zone).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            return at
        wall += timedelta(minutes=1)


def _cron_of(schedule: Schedule) -> str:
    if schedule.schedule_type == "custom":
        return schedule.cron or ""
    hour, minute = (schedule.schedule_time or "00:00").split(":")
    clock = f"{int(minute)} {int(hour)}"
    if schedule.schedule_type == "daily":
        return f"{clock} * * *"
    if schedule.schedule_type == "weekly":
        return f"{clock} * * {schedule.schedule_days}"
    return f"{clock} {normalise(schedule.schedule_days or '1').replace(LAST_DAY, 'L')} * *"


def _day(name: str) -> str:
    if name in WEEKDAYS or name == LAST_DAY:
        return name
    if _DAY_OF_MONTH.fullmatch(name):
        return str(int(name))
    raise ValueError(f"{name!r} is not a day")


def _manual(schedule: Schedule) -> dict[str, str]:
    return _unwanted(schedule, "schedule_time", "schedule_days", "cron")


def _daily(schedule: Schedule) -> dict[str, str]:
    return _unwanted(schedule, "schedule_days", "cron") | _time(schedule, required=True)


def _weekly(schedule: Schedule) -> dict[str, str]:
    found = _unwanted(schedule, "cron") | _time(schedule, required=True)
    if not schedule.schedule_days:
        return found | {"schedule_days": "A weekly schedule needs its days, like mon,thu"}
    if _kinds_of_days(schedule.schedule_days) != {"weekday"}:
        return found | {"schedule_days": "Must be weekdays, like mon,thu"}
    return found


def _monthly(schedule: Schedule) -> dict[str, str]:
    found = _unwanted(schedule, "cron") | _time(schedule, required=False)
    if schedule.schedule_days and _kinds_of_days(schedule.schedule_days) != {"day of month"}:
        return found | {"schedule_days": "Must be days of the month, like 1,15,last"}
    return found


def _custom(schedule: Schedule) -> dict[str, str]:
    found = _unwanted(schedule, "schedule_time", "schedule_days")
    problem = _cron_problem(schedule.cron)
    return found | {"cron": problem} if problem else found


def _unwanted(schedule: Schedule, *fields: str) -> dict[str, str]:
    message = f"Has no place in a {schedule.schedule_type} schedule"
    return {field: message for field in fields if getattr(schedule, field)}


def _time(schedule: Schedule, *, required: bool) -> dict[str, str]:
    if not schedule.schedule_time:
        message = f"A {schedule.schedule_type} schedule needs its time"
        return {"schedule_time": message} if required else {}
    if not _TIME.fullmatch(schedule.schedule_time):
        return {"schedule_time": "Must be a time of the day, HH:MM from 00:00 to 23:59"}
    return {}


def _kinds_of_days(schedule_days: str) -> set[str]:
    try:
        names = normalise(schedule_days).split(",")
    except ValueError:
        return {"unknown"}
    return {"weekday" if name in WEEKDAYS else "day of month" for name in names}


def _cron_problem(cron: str | None) -> str | None:
    if not cron:
        return "A custom schedule needs a cron expression"
    if len(cron) > _MAX_CRON_LENGTH:
        return f"Must have at most {_MAX_CRON_LENGTH} characters"
    if len(cron.split()) != 5:
        return "Must have five fields: minute, hour, day of month, month, day of week"
    try:
        first = next(CronSim(cron, _JUDGED_FROM), None)
    except CronSimError as exc:
        return f"Not a cron expression that can run: {exc}"
    if first is None or first > _JUDGED_UNTIL:
        return "This expression never comes true within ten years"
    return None


def _is_zone(name: str) -> bool:
    return name in _zone_names()


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


_CHECKS: dict[str, Callable[[Schedule], dict[str, str]]] = {
    "manual": _manual,
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "custom": _custom,
}
