"""What a runner tells while it works: that it lives, how far it is, what its tool said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from app.backups.errors import AlreadyFinal
from app.backups.models import Execution
from app.backups.service import logs, remote_runs
from app.backups.values import OPEN
from app.core.identity import Actor
from app.core.models import get_row
from app.runners.errors import NotClaimed, OtherRunnersRun
from app.runners.service.callers import get_host, note_heartbeat, owner_of
from app.runners.values import HEARTBEAT_SECONDS
from app.tenants.monitoring import recent_monitoring_of

_COLUMN_OF = {"progress": "progress_fraction"}


@dataclass(frozen=True)
class Beat:
    """The answer to a heartbeat; `reason` says why the run is to be stopped."""

    execution_id: int
    reason: str | None
    lease_seconds: int
    heartbeat_seconds: int = HEARTBEAT_SECONDS

    @property
    def cancel(self) -> bool:
        return self.reason is not None


def beat(execution_id: int, told: dict[str, Any], actor: Actor, now: datetime) -> Beat:
    """Keep the caller's run alive for as long again as its tenant lets a runner be silent.

    One statement where nothing is to be logged, and every few seconds one more. Raises NotFound,
    NotARunner, OtherRunnersRun, NotClaimed, AlreadyFinal.
    """
    facts = {_COLUMN_OF.get(name, name): told[name] for name in told if name != "log"}
    owner = owner_of(actor.api_key_id)
    lease_seconds = recent_monitoring_of(actor.tenant_id).runner_timeout_seconds
    kept = remote_runs.renew(execution_id, actor.tenant_id, owner, now, lease_seconds, facts)
    if kept is None:
        refuse(get_own(execution_id, actor))
    if told.get("log"):
        logs.append_lines(execution_id, actor.tenant_id, told["log"], now)
    note_heartbeat(actor, now)
    if kept.cancel_requested_at is not None:
        return Beat(execution_id, "cancelled", lease_seconds)
    return Beat(execution_id, "timed_out" if kept.is_timed_out(now) else None, lease_seconds)


def get_own(execution_id: int, actor: Actor) -> Execution:
    """A run of the caller's host; raises NotFound, NotARunner, OtherRunnersRun."""
    execution = get_row(Execution, execution_id)
    host = get_host(actor)
    if execution.runner != host.name:
        raise OtherRunnersRun(details={"runner": execution.runner})
    return execution


def refuse(execution: Execution) -> NoReturn:
    """Say why a runner's word on a run of its own host does not count."""
    if execution.status in OPEN:
        raise NotClaimed(details={"status": execution.status})
    raise AlreadyFinal(details={"status": execution.status})
