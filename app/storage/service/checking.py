"""The regular look at every storage: claimed when due, done by one worker, kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, select, update

from app.core.db import after_commit, db
from app.core.errors import ValidationFailed
from app.core.logging import get_logger
from app.core.models import find_row
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.storage.drivers.base import Place, Space
from app.storage.drivers.errors import STORAGE_ADDRESS, DriverError
from app.storage.drivers.probing import failed
from app.storage.models import StorageProvider, StorageSample
from app.storage.rules.drafts import Draft
from app.storage.service import findings, measuring, reaching, testing
from app.storage.service.findings import Seen
from app.storage.service.testing import Outcome
from app.storage.values import OBJECT_STORES, TAPE
from app.tenants.suspension import is_active

log = get_logger("storage")
CHECK_EVERY = timedelta(minutes=5)
IMMUTABILITY_EVERY = timedelta(days=7)
PROBE_SECONDS = 10.0
SPACE_SECONDS = 60.0
_BATCH = 200
_TABLE: Any = StorageProvider.__table__

Send = Callable[[int, int, str], None]


def claim_due(now: datetime, send: Send) -> int:
    """Hand every provider that is due to a worker, once however many schedulers there are; those
    of suspended tenants are left alone.

    The message names the moment until which it holds: a worker that comes to it later leaves it,
    since by then the next one is on its way. Gives how many were handed over.
    """
    until = now + CHECK_EVERY
    due = (
        or_(_TABLE.c.check_due_at.is_(None), _TABLE.c.check_due_at <= now),
        _TABLE.c.deleted_at.is_(None),
        _TABLE.c.provider_type != TAPE,
        is_active(_TABLE.c.tenant_id),
    )
    with unscoped():
        first = select(_TABLE.c.id).where(*due).order_by(_TABLE.c.check_due_at).limit(_BATCH)
        # Named twice, so that of two schedulers at once only one finds the row still due.
        claimed = db.session.execute(
            update(_TABLE)
            .where(_TABLE.c.id.in_(first), *due)
            .values(check_due_at=until)
            .returning(_TABLE.c.id, _TABLE.c.tenant_id)
        ).all()
        for row in claimed:
            after_commit(partial(send, row.id, row.tenant_id, until.isoformat()))
    return len(claimed)


def look_soon(provider_id: int, tenant_id: int, now: datetime) -> None:
    """Let a provider be due at once: a run has found that it does not answer."""
    due = update(_TABLE).where(_TABLE.c.id == provider_id).values(check_due_at=now)
    execute_named(due, tenant_id=tenant_id, table=_TABLE)


@dataclass(frozen=True)
class _Task:
    """What is to be looked at; `refusal` tells why nobody may connect there."""

    seen: Seen
    draft: Draft
    place: Place | None
    refusal: str
    days: int | None
    writes: bool
    wants_space: bool
    parts: list[tuple[str, str]]


def check(provider_id: int, tenant_id: int, until: str, now: datetime) -> None:
    """Look at one provider and keep what was found; waits for some 70 s at most.

    Its space is measured along: of an object store once a day, since that is added up. What is
    immutable is only read, since each probe would stay there; once a week a deletion is tried.
    """
    if now >= datetime.fromisoformat(until):
        return
    with as_tenant(tenant_id, read_only=True):
        provider = find_row(StorageProvider, provider_id)
        task = _task(provider, now) if provider is not None else None
    if task is None:
        return
    outcome, space = _look(task)
    with as_tenant(tenant_id):
        testing.keep(task.seen, outcome, now)
        if space is not None:
            findings.keep_space(task.seen, space, now)
    log.info("storage_checked", provider_id=provider_id, error_code=outcome.probe.error_code)


def _task(provider: StorageProvider, now: datetime) -> _Task:
    draft = reaching.draft_of(provider)
    place, refusal = None, ""
    try:
        place = reaching.place_of(draft, provider.tenant_id)
    except ValidationFailed as error:
        refusal = _told(error)
    tried = provider.immutability_checked_at
    is_tried = provider.is_immutable and (tried is None or now - tried >= IMMUTABILITY_EVERY)
    return _Task(
        seen=Seen.of(provider),
        draft=draft,
        place=place,
        refusal=refusal,
        days=(provider.immutable_days or testing.DEFAULT_DAYS) if is_tried else None,
        writes=is_tried or not provider.is_immutable,
        wants_space=_wants_space(provider, now),
        parts=measuring.parts_of(provider),
    )


def _wants_space(provider: StorageProvider, now: datetime) -> bool:
    if provider.provider_type not in OBJECT_STORES:
        return True
    measured = select(StorageSample.id).where(
        StorageSample.provider_id == provider.id, StorageSample.sampled_on == now.date()
    )
    return db.session.scalars(measured).first() is None


def _look(task: _Task) -> tuple[Outcome, Space | None]:
    if task.place is None:
        return _refused(task.refusal), None
    try:
        outcome = testing.look(task.place, task.draft, PROBE_SECONDS, task.days, writes=task.writes)
    except ValidationFailed as error:
        return _refused(_told(error)), None
    if not (task.wants_space and outcome.probe.accessible):
        return outcome, None
    return outcome, measuring.ask(task.place, task.draft, SPACE_SECONDS, task.parts)


def _refused(why: str) -> Outcome:
    return Outcome(failed(DriverError(STORAGE_ADDRESS, why)))


def _told(error: ValidationFailed) -> str:
    return " ".join(message for messages in error.details.values() for message in messages)
