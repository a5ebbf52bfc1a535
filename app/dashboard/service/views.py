"""The seven views: each tells its window, and is read at one moment."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.db import see_one_moment
from app.core.identity import Actor
from app.dashboard.rules import Window, window_of
from app.dashboard.service import counting, event_stats, people, runs, storages, work
from app.dashboard.service import overview as everything
from app.dashboard.service import trend as compliance
from app.dashboard.service.counting import Counts


def overview(period: str, now: datetime) -> dict[str, Any]:
    return _counted(period, now, lambda counts: everything.overview(counts, now))


def backup_stats(period: str, now: datetime) -> dict[str, Any]:
    return _counted(period, now, runs.stats)


def events_stats(period: str, now: datetime) -> dict[str, Any]:
    return _counted(period, now, event_stats.stats)


def tasks_stats(period: str, actor: Actor, now: datetime) -> dict[str, Any]:
    return _read(period, now, lambda window: work.stats(window, actor, now))


def users_stats(period: str, now: datetime) -> dict[str, Any]:
    return _read(period, now, lambda window: people.stats(window, now))


def storage_stats(period: str, now: datetime) -> dict[str, Any]:
    return _read(period, now, storages.stats)


def compliance_trend(period: str, now: datetime) -> dict[str, Any]:
    return _read(period, now, compliance.trend)


def _counted(
    period: str, now: datetime, view: Callable[[Counts], dict[str, Any]]
) -> dict[str, Any]:
    counts = counting.counts(window_of(period, now), now)
    return _told(period, counts.window, view(counts))


def _read(period: str, now: datetime, view: Callable[[Window], dict[str, Any]]) -> dict[str, Any]:
    see_one_moment()
    window = window_of(period, now)
    return _told(period, window, view(window))


def _told(period: str, window: Window, found: dict[str, Any]) -> dict[str, Any]:
    return {"time_period": period, "from_": window.from_, "to": window.to, **found}
