"""Tests on demand: of an address that is not kept yet, and of a provider that is."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.models import get_row
from app.core.outside import outside
from app.core.tenancy import current_tenant_id
from app.storage.drivers import calls
from app.storage.drivers.base import Immutability, Place, Probe
from app.storage.drivers.errors import DriverError
from app.storage.drivers.probing import failed
from app.storage.models import StorageProvider
from app.storage.rules.drafts import Draft, judged
from app.storage.service import findings, reaching

# The contract's 15 s, less what the answer itself takes.
SECONDS = 13.5
DEFAULT_DAYS = 1


@dataclass(frozen=True)
class Outcome:
    """What a test found."""

    probe: Probe
    immutability: Immutability | None = None

    @property
    def immutability_proven(self) -> bool | None:
        return self.immutability.is_immutable if self.immutability else None

    @property
    def immutability_message(self) -> str | None:
        return self.immutability.why if self.immutability else None


def try_draft(fields: dict[str, Any]) -> Outcome:
    """Connect to what is not kept yet. Raises ValidationFailed, TooManyWaiting."""
    draft = judged(Draft(**fields))
    place = reaching.place_of(draft, current_tenant_id())
    return outside(lambda: look(place, draft, SECONDS))


def try_provider(provider_id: int, now: datetime) -> Outcome:
    """Connect to a kept provider, and keep what was found.

    Where it is said to be immutable, a deletion is tried too. Raises NotFound,
    ValidationFailed, TooManyWaiting.
    """
    provider = get_row(StorageProvider, provider_id)
    draft, seen = reaching.draft_of(provider), findings.Seen.of(provider)
    place = reaching.place_of(draft, provider.tenant_id)
    days = (provider.immutable_days or DEFAULT_DAYS) if provider.is_immutable else None
    outcome = outside(lambda: look(place, draft, SECONDS, days))
    keep(seen, outcome, now)
    return outcome


def look(
    place: Place, draft: Draft, seconds: float, days: int | None = None, *, writes: bool = True
) -> Outcome:
    """Connect, unless told otherwise write, read back and remove a probe, and try to delete
    another for good when `days` are given; within `seconds`.

    Raises ValidationFailed for an address that is not fit.
    """
    give_up = time.monotonic() + seconds
    try:
        place = reaching.with_addresses(place, draft)
    except DriverError as error:
        return Outcome(failed(error))
    seconds = min(calls.PROBE_SECONDS, give_up - time.monotonic())
    probe = calls.probe(place, seconds, writes=writes)
    if days is None or not probe.writable:
        return Outcome(probe)
    try:
        return Outcome(probe, calls.probe_immutability(place, days, give_up - time.monotonic()))
    except DriverError as error:
        return Outcome(probe, Immutability(None, error.message))


def keep(seen: findings.Seen, outcome: Outcome, now: datetime) -> None:
    if findings.keep_probe(seen, outcome.probe, now) and outcome.immutability is not None:
        findings.keep_immutability(seen, outcome.immutability, now)
