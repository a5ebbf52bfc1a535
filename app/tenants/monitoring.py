"""How a tenant wants to be watched over: what it set, and the defaults for what it did not."""

from dataclasses import dataclass, fields
from threading import Lock
from typing import Any

from cachetools import TTLCache
from sqlalchemy import select

from app.core.db import db
from app.tenants import values
from app.tenants.models import Tenant

_TENANTS: Any = Tenant.__table__


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The settings that hold for a tenant; `digest_times` are "HH:MM" in its own time zone."""

    missed_check_seconds: int = values.MISSED_CHECK_SECONDS[2]
    storage_low_percent: int = values.STORAGE_LOW_PERCENT[2]
    storage_ok_percent: int = values.STORAGE_OK_PERCENT[2]
    runner_timeout_seconds: int = values.RUNNER_TIMEOUT_SECONDS[2]
    max_verification_age_days: int = values.MAX_VERIFICATION_AGE_DAYS[2]
    execution_retention_days: int = values.EXECUTION_RETENTION_DAYS[2]
    event_retention_days: int = values.EVENT_RETENTION_DAYS[2]
    digest_times: tuple[str, ...] = values.DIGEST_TIMES


NAMES = tuple(field.name for field in fields(Monitoring))
RECENT_SECONDS = 5.0
_lock = Lock()
_recent: TTLCache[int, Monitoring] = TTLCache(10_000, RECENT_SECONDS)
_COLUMNS = tuple(_TENANTS.c[name] for name in NAMES)


def monitoring_of(tenant_id: int) -> Monitoring:
    """What holds for this tenant now: one short query, whosever session it is."""
    row = db.session.execute(select(*_COLUMNS).where(_TENANTS.c.id == tenant_id)).one()
    return complete(row._mapping)


def recent_monitoring_of(tenant_id: int) -> Monitoring:
    """As `monitoring_of`, a few seconds old at most: for what happens many times a second."""
    with _lock:
        found = _recent.get(tenant_id)
    if found is None:
        found = monitoring_of(tenant_id)
        with _lock:
            _recent[tenant_id] = found
    return found


def forget_recent() -> None:
    """Something was changed: this process sees it at once."""
    with _lock:
        _recent.clear()


def set_by_tenants(name: str) -> dict[int, int]:
    """One setting of each tenant that has set it; for all others the default holds.

    One read of the tenants' table, which is short. Needs an unscoped session.
    """
    column = _TENANTS.c[name]
    rows = db.session.execute(select(_TENANTS.c.id, column).where(column.is_not(None)))
    return {row[0]: row[1] for row in rows}


def complete(given: Any) -> Monitoring:
    """The defaults, and over them what is not null."""
    kept = {name: given[name] for name in NAMES if given[name] is not None}
    if "digest_times" in kept:
        kept["digest_times"] = tuple(kept["digest_times"])
    return Monitoring(**kept)
