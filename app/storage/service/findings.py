"""What was found out about a storage: kept, and told when it makes a difference."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, update

from app.core.db import db, insert_or_update
from app.core.tenancy import execute_named
from app.events import service as events
from app.events.values import (
    STORAGE_CHANGED,
    STORAGE_LOW,
    STORAGE_OFFLINE,
    STORAGE_ONLINE,
    STORAGE_RECOVERED,
)
from app.storage.drivers.base import Immutability, Probe, Space
from app.storage.models import StorageProvider, StorageSample
from app.storage.rules import space as rules
from app.tenants.monitoring import monitoring_of

_PROVIDERS: Any = StorageProvider.__table__
_SAMPLES: Any = StorageSample.__table__


@dataclass(frozen=True)
class Seen:
    """A provider as it was when somebody set out to look at it."""

    id: int
    tenant_id: int
    version: int
    name: str
    capacity_bytes: int | None

    @classmethod
    def of(cls, row: StorageProvider) -> "Seen":
        return cls(row.id, row.tenant_id, row.version, row.name, row.capacity_bytes)


def keep_probe(seen: Seen, probe: Probe, now: datetime) -> bool:
    """Keep whether it answered, and the key that an SFTP server showed first.

    Told once when it goes offline and once when it is back. False, and nothing kept, when
    somebody has changed the provider meanwhile: the answer is another place's.
    """
    facts = {
        "last_verified": now,
        "last_error_code": probe.error_code,
        "host_key": func.coalesce(_PROVIDERS.c.host_key, probe.host_key),
    }
    if not _change(seen, facts):
        return False
    was = _PROVIDERS.c.is_online
    if probe.accessible:
        if _change(seen, {"is_online": True}, was.is_(False)):
            _tell(STORAGE_ONLINE, f"Storage {seen.name} is back", seen, now)
        _change(seen, {"is_online": True}, was.is_(None))
    elif _change(seen, {"is_online": False}, or_(was.is_(None), was.is_(True))):
        title = f"Storage {seen.name} cannot be reached"
        data = {"error_code": probe.error_code}
        _tell(STORAGE_OFFLINE, title, seen, now, message=probe.error_message, data=data)
    return True


def keep_immutability(seen: Seen, found: Immutability, now: datetime) -> None:
    """Keep what a deletion that was tried has shown; nothing shown counts as not known."""
    facts = {"immutability_proven": found.is_immutable, "immutability_checked_at": now}
    was = _PROVIDERS.c.immutability_proven
    if _change(seen, facts, was.is_distinct_from(found.is_immutable)):
        _tell(STORAGE_CHANGED, f"What is proven of storage {seen.name} changed", seen, now)
    else:
        _change(seen, facts)


def keep_space(seen: Seen, space: Space, now: datetime) -> None:
    """Keep today's sample, over an earlier one of today; told once when space runs low."""
    values = {
        "measured_at": now,
        "total_bytes": space.total_bytes,
        "used_bytes": space.used_bytes,
        "free_bytes": space.free_bytes,
    }
    sample = insert_or_update(_SAMPLES).values(
        tenant_id=seen.tenant_id, provider_id=seen.id, sampled_on=now.date(), **values
    )
    upsert = sample.on_conflict_do_update(index_elements=["provider_id", "sampled_on"], set_=values)
    db.session.execute(upsert.execution_options(tenant_named=True))
    total, free = rules.completed(
        space.total_bytes, space.used_bytes, space.free_bytes, seen.capacity_bytes
    )
    _keep_low(seen, total, free, now)


def _keep_low(seen: Seen, total: int | None, free: int | None, now: datetime) -> None:
    was = _PROVIDERS.c.is_low
    limits = monitoring_of(seen.tenant_id)
    percents = limits.storage_low_percent, limits.storage_ok_percent
    if rules.is_low(False, total, free, *percents):
        if _change(seen, {"is_low": True}, or_(was.is_(None), was.is_(False))):
            data = {"free_bytes": free, "total_bytes": total}
            _tell(STORAGE_LOW, f"Storage {seen.name} is nearly full", seen, now, data=data)
    elif rules.is_low(True, total, free, *percents) is False:
        if _change(seen, {"is_low": False}, was.is_(True)):
            _tell(STORAGE_RECOVERED, f"Storage {seen.name} has room again", seen, now)
        _change(seen, {"is_low": False}, was.is_(None))


def _change(seen: Seen, values: dict[str, Any], *conditions: Any) -> bool:
    """Below the ORM, which would raise the version that people's If-Match stands on."""
    found = execute_named(
        update(_PROVIDERS)
        .where(
            _PROVIDERS.c.id == seen.id,
            _PROVIDERS.c.version == seen.version,
            _PROVIDERS.c.deleted_at.is_(None),
            *conditions,
        )
        .values(**values),
        tenant_id=seen.tenant_id,
        table=_PROVIDERS,
    )
    return bool(found.rowcount == 1)


def _tell(kind: str, title: str, seen: Seen, now: datetime, **more: Any) -> None:
    fact = events.Fact(kind, title, now, "storage_provider", seen.id, **more)
    events.record(fact, tenant_id=seen.tenant_id)
