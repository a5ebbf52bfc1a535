"""How full a tenant's storages are, as they were measured last, and from day to day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.core.models import live
from app.dashboard.rules import Window, carried, percent
from app.storage.models import StorageProvider, StorageSample


def summary() -> dict[str, Any]:
    """All storages together; sizes are of those that are known."""
    return _together(_providers())


def stats(window: Window) -> dict[str, Any]:
    """Each storage, and what was used of all of them on each day."""
    providers = _providers()
    days = [date.fromisoformat(day) for day in window.days()]
    used = carried(_used(days[0], days[-1]), days)
    return {
        **_together(providers),
        "by_type": _ranked(provider.provider_type for provider in providers),
        "by_location": _ranked(provider.location_type for provider in providers),
        "storages": [_told(provider) for provider in providers],
        "by_day": [{"date": day, "used_bytes": used[day]} for day in days],
    }


def _providers() -> Sequence[Any]:
    newest = (
        select(StorageSample.provider_id, func.max(StorageSample.sampled_on).label("day"))
        .group_by(StorageSample.provider_id)
        .subquery()
    )
    columns = (
        StorageProvider.id,
        StorageProvider.name,
        StorageProvider.provider_type,
        StorageProvider.location_type,
        StorageProvider.is_online,
        StorageProvider.is_low,
        StorageProvider.capacity_bytes,
        StorageSample.total_bytes,
        StorageSample.used_bytes,
        StorageSample.free_bytes,
        StorageSample.measured_at,
    )
    statement = (
        select(*columns)
        .outerjoin(newest, newest.c.provider_id == StorageProvider.id)
        .outerjoin(
            StorageSample,
            (StorageSample.provider_id == StorageProvider.id)
            & (StorageSample.sampled_on == newest.c.day),
        )
        .where(live(StorageProvider))
        .order_by(StorageProvider.name, StorageProvider.id)
    )
    return db.session.execute(statement).all()


def _used(first: date, last: date) -> list[tuple[int, date, int]]:
    """What was measured from the first day on, and the newest before it, of each storage."""
    before = (
        select(StorageSample.provider_id, func.max(StorageSample.sampled_on).label("day"))
        .where(StorageSample.sampled_on < first)
        .group_by(StorageSample.provider_id)
        .subquery()
    )
    statement = (
        select(StorageSample.provider_id, StorageSample.sampled_on, StorageSample.used_bytes)
        .join(StorageProvider, StorageProvider.id == StorageSample.provider_id)
        .outerjoin(before, before.c.provider_id == StorageSample.provider_id)
        .where(
            live(StorageProvider),
            StorageSample.used_bytes.is_not(None),
            StorageSample.sampled_on <= last,
            StorageSample.sampled_on >= func.coalesce(before.c.day, first),
        )
        .order_by(StorageSample.sampled_on)
    )
    return [(id_, day, size or 0) for id_, day, size in db.session.execute(statement)]


def _together(providers: Sequence[Any]) -> dict[str, Any]:
    measured = [one for one in providers if one.used_bytes is not None and _capacity(one)]
    return {
        "total": len(providers),
        "offline": sum(one.is_online is False for one in providers),
        "low": sum(one.is_low is True for one in providers),
        "used_bytes": sum(one.used_bytes or 0 for one in providers),
        "capacity_bytes": sum(_capacity(one) or 0 for one in providers),
        "utilization_percent": percent(
            sum(one.used_bytes for one in measured), sum(_capacity(one) or 0 for one in measured)
        ),
    }


def _told(provider: Any) -> dict[str, Any]:
    capacity = _capacity(provider)
    used = provider.used_bytes
    return {
        **provider._mapping,
        "storage_id": provider.id,
        "capacity_bytes": capacity,
        "utilization_percent": None if used is None else percent(used, capacity),
    }


def _capacity(provider: Any) -> int | None:
    """What was measured, else what somebody said."""
    size: int | None = provider.total_bytes or provider.capacity_bytes
    return size


def _ranked(words: Iterable[str]) -> list[dict[str, Any]]:
    counted = sorted(Counter(words).items(), key=lambda row: (-row[1], row[0]))
    return [{"name": word, "total": count} for word, count in counted]
