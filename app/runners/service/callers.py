"""Which runner calls, and that it was seen."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from cachetools import TTLCache
from sqlalchemy import bindparam, or_, select, update

from app.core.identity import Actor
from app.core.prepared import Prepared
from app.runners.errors import NotARunner
from app.runners.models import Runner
from app.runners.values import SEEN_STEP

_TABLE: Any = Runner.__table__
_FIND = Prepared(
    select(
        *(_TABLE.c.name, _TABLE.c.last_seen_at, _TABLE.c.platform, _TABLE.c.runner_version)
    ).where(_TABLE.c.api_key_id == bindparam("key_id")),
    _TABLE,
)
_SEE = Prepared(
    update(_TABLE).where(
        _TABLE.c.api_key_id == bindparam("key_id"),
        or_(_TABLE.c.last_seen_at.is_(None), _TABLE.c.last_seen_at < bindparam("seen_before")),
    ),
    _TABLE,
)
_lock = Lock()
_seen: TTLCache[int, bool] = TTLCache(10_000, SEEN_STEP.total_seconds())


@dataclass(frozen=True, slots=True)
class Host:
    """A registered runner as the caller of a request; `owner` is its mark on what it claimed."""

    tenant_id: int
    key_id: int
    name: str
    last_seen_at: datetime | None
    platform: str | None
    runner_version: str | None

    @property
    def owner(self) -> str:
        return owner_of(self.key_id)


def owner_of(key_id: int | None) -> str:
    """What a claimed execution's `lease_owner` is; a rotated key keeps its id."""
    return f"runner-key:{key_id}"


def get_host(actor: Actor) -> Host:
    """The runner whose key this is; raises NotARunner for anybody else."""
    key_id = actor.api_key_id
    rows = _FIND.run(actor.tenant_id, key_id=key_id) if key_id is not None else []
    if key_id is None or not rows:
        raise NotARunner()
    return Host(actor.tenant_id, key_id, *rows[0])


def note_call(host: Host, told: dict[str, Any], now: datetime) -> None:
    """Keep that it is there and what it tells of itself, unless that is all known."""
    news = {name: value for name, value in told.items() if getattr(host, name) != value}
    if news or host.last_seen_at is None or host.last_seen_at <= now - SEEN_STEP:
        # What it tells is kept though it was seen a moment ago.
        before = now + SEEN_STEP if news else now
        _SEE.later(host.tenant_id, key_id=host.key_id, seen_before=before, last_seen_at=now, **news)


def note_heartbeat(actor: Actor, now: datetime) -> None:
    """As `note_call`, without a read: this process remembers whom it noted a moment ago."""
    key_id = actor.api_key_id
    if key_id is None:
        return
    with _lock:
        if key_id in _seen:
            return
        _seen[key_id] = True
    _SEE.later(actor.tenant_id, key_id=key_id, seen_before=now, last_seen_at=now)
