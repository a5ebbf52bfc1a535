"""How full a storage is, how fast it grows, and how many backups lie in it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import db
from app.core.models import get_row
from app.core.outside import outside
from app.storage.drivers import calls
from app.storage.drivers.base import Place, Space
from app.storage.drivers.errors import DriverError
from app.storage.models import StorageProvider, StorageSample
from app.storage.rules import space as rules
from app.storage.rules.drafts import Draft
from app.storage.service import reaching, usage
from app.storage.values import OBJECT_STORES, REST

LIVE_SECONDS = 8.0
# A volume tells at once; of an object store every object is asked for.
FRESH = timedelta(minutes=10)
FRESH_ADDED_UP = timedelta(hours=26)


@dataclass(frozen=True)
class Measured:
    """A provider's space; sizes are None where nobody knows them."""

    total_bytes: int | None
    used_bytes: int | None
    free_bytes: int | None
    utilization_percent: float | None
    backup_count: int
    growth_bytes_per_day: float | None
    days_until_full: float | None
    last_updated: datetime | None


def measure(provider_id: int, now: datetime) -> Measured:
    """The newest measurement; asked for now where there is none, or only an old one.

    What does not answer within LIVE_SECONDS is told as it was measured last. Raises NotFound,
    TooManyWaiting.
    """
    provider = get_row(StorageProvider, provider_id)
    samples, backups = _samples(provider.id, now), usage.count_backups(provider.id)
    space, measured_at = _newest(samples)
    if measured_at is None or now - measured_at > _fresh(provider):
        draft = reaching.draft_of(provider)
        place = reaching.place_of(draft, provider.tenant_id)
        parts = parts_of(provider)
        live = outside(lambda: ask(place, draft, LIVE_SECONDS, parts))
        space, measured_at = (live, now) if live is not None else (space, measured_at)
    return _told(provider, space, measured_at, samples, backups)


def ask(
    place: Place, draft: Draft, seconds: float, parts: Sequence[tuple[str, str]]
) -> Space | None:
    """What the other side tells; None when it does not answer.

    A REST server adds up one repository at a time: `parts` names those of the jobs.
    """
    give_up = time.monotonic() + seconds
    try:
        place = reaching.with_addresses(place, draft)
        if place.provider_type != REST:
            return calls.space(place, seconds)
        used = [
            calls.space(place.below(*part), max(0.1, give_up - time.monotonic())).used_bytes
            for part in parts
        ]
    except DriverError:
        return None
    return Space(used_bytes=sum(size or 0 for size in used))


def parts_of(provider: StorageProvider) -> list[tuple[str, str]]:
    """Where the jobs' repositories lie below a REST server's path; empty for other kinds."""
    if provider.provider_type != REST:
        return []
    users = usage.users_of(provider.id)
    return [(str(provider.tenant_id), str(user.id)) for user in users if user.has_data]


def _samples(provider_id: int, now: datetime) -> Sequence[StorageSample]:
    first = (now - timedelta(days=rules.MOST_DAYS)).date()
    return db.session.scalars(
        select(StorageSample)
        .where(StorageSample.provider_id == provider_id, StorageSample.sampled_on > first)
        .order_by(StorageSample.sampled_on)
    ).all()


def _newest(samples: Sequence[StorageSample]) -> tuple[Space, datetime | None]:
    if not samples:
        return Space(), None
    last = samples[-1]
    return Space(last.total_bytes, last.used_bytes, last.free_bytes), last.measured_at


def _fresh(provider: StorageProvider) -> timedelta:
    return FRESH_ADDED_UP if provider.provider_type in OBJECT_STORES else FRESH


def _told(
    provider: StorageProvider,
    space: Space,
    measured_at: datetime | None,
    samples: Sequence[StorageSample],
    backups: int,
) -> Measured:
    used = space.used_bytes
    total, free = rules.completed(
        space.total_bytes, used, space.free_bytes, provider.capacity_bytes
    )
    told = [(row.sampled_on, row.used_bytes) for row in samples if row.used_bytes is not None]
    growth = rules.growth_per_day(told)
    return Measured(
        total_bytes=total,
        used_bytes=used,
        free_bytes=free,
        utilization_percent=rules.utilization_percent(total, used),
        backup_count=backups,
        growth_bytes_per_day=growth,
        days_until_full=rules.days_until_full(free, growth),
        last_updated=measured_at,
    )
