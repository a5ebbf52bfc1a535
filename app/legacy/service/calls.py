"""Who still calls the legacy API, and how often."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.core.db import insert_or_update
from app.core.logging import get_logger
from app.core.pagination import Listing, Ordering, equal
from app.core.tenancy import execute_named, unscoped
from app.core.threads import start_thread
from app.legacy.models import LegacyCall
from app.legacy.service.arrivals import Arrival

FLUSH_SECONDS = 1.0
_TABLE: Any = LegacyCall.__table__
ORDERING = Ordering(
    key=LegacyCall.id,
    columns={
        "caller": LegacyCall.caller,
        "count": LegacyCall.count,
        "last_at": LegacyCall.last_at,
    },
    default="-last_at",
)
log = get_logger("legacy")

_Counted = tuple[int, str, str]


@dataclass(slots=True)
class _Calls:
    """One caller's calls of one endpoint that no row tells of yet."""

    caller_name: str
    count: int
    first_at: datetime
    last_at: datetime

    def add(self, other: "_Calls") -> None:
        self.count += other.count
        self.first_at = min(self.first_at, other.first_at)
        if other.last_at >= self.last_at:
            self.last_at, self.caller_name = other.last_at, other.caller_name


_lock = threading.Lock()
_writing = threading.Lock()
_uncounted: dict[_Counted, _Calls] = {}
_flusher: threading.Thread | None = None


def count(arrival: Arrival) -> None:
    """Count a call, whatever becomes of it; its row follows within two seconds.

    One row a caller would make its calls wait for each other if each of them wrote it. A process
    that is killed loses the calls of its last second.
    """
    at = arrival.arrived_at
    _add(
        (arrival.tenant_id, arrival.caller, arrival.endpoint),
        _Calls(arrival.caller_name[:200], 1, at, at),
    )
    _flush_later()


def flush() -> None:
    """Write what this process has counted, in a transaction of its own."""
    with _writing:
        taken = _take()
        if taken:
            _write_all(taken)


def forget() -> None:
    """Drop what was counted and not written."""
    with _writing:
        _take()


def list_calls(query: dict[str, Any]) -> Listing:
    """Each caller and endpoint with its count, the latest first."""
    flush()
    return Listing(equal(select(LegacyCall), LegacyCall, query, ("caller",)), ORDERING)


def _take() -> dict[_Counted, _Calls]:
    with _lock:
        taken = dict(_uncounted)
        _uncounted.clear()
    return taken


def _write_all(taken: dict[_Counted, _Calls]) -> None:
    try:
        with unscoped():
            # In one order, so that two processes do not wait for each other.
            for key in sorted(taken):
                _write(key, taken[key])
    except IntegrityError:
        log.warning("legacy_calls_dropped", reason="their tenant is gone", calls=len(taken))
    except SQLAlchemyError as exc:
        log.warning("legacy_calls_wait", reason=type(exc).__name__)
        for key, calls in taken.items():
            _add(key, calls)


def _add(key: _Counted, calls: _Calls) -> None:
    with _lock:
        known = _uncounted.get(key)
        if known is None:
            _uncounted[key] = calls
        else:
            known.add(calls)


def _flush_later() -> None:
    global _flusher
    with _lock:
        if _flusher is None:
            # The process waits for it at its end, so that what was counted is written.
            _flusher = start_thread(_flush_soon, "legacy-calls", daemon=False)


def _flush_soon() -> None:
    global _flusher
    time.sleep(FLUSH_SECONDS)
    with _lock:
        # What is counted from here on needs a thread of its own.
        _flusher = None
    flush()


def _write(key: _Counted, calls: _Calls) -> None:
    tenant_id, caller, endpoint = key
    insert = insert_or_update(_TABLE).values(
        caller=caller,
        caller_name=calls.caller_name,
        endpoint=endpoint,
        count=calls.count,
        first_at=calls.first_at,
        last_at=calls.last_at,
    )
    upsert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "caller", "endpoint"],
        set_={
            "count": _TABLE.c.count + insert.excluded.count,
            "caller_name": insert.excluded.caller_name,
            "last_at": insert.excluded.last_at,
        },
    )
    execute_named(upsert, tenant_id=tenant_id, table=_TABLE)
