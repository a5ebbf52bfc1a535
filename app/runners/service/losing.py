"""Runners that fell silent, and the runs that they had: told once, and failed."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import case, exists, func, literal, or_, select, update

from app.backups.models import Execution
from app.backups.service import endings, remote_runs
from app.backups.service.endings import Ending
from app.backups.values import FAILED, QUEUED, RUNNER_LOST, RUNNING
from app.core import clock
from app.core.db import db
from app.core.logging import get_logger
from app.core.sweeping import sweep
from app.core.tenancy import as_tenant, execute_named, unscoped
from app.events import service as events
from app.events import values as event_types
from app.events.service import Fact
from app.runners.models import Runner
from app.tenants.monitoring import Monitoring, monitoring_of, set_by_tenants
from app.tenants.suspension import is_active

log = get_logger("losing")
_TABLE: Any = Runner.__table__
_seen_at = func.coalesce(_TABLE.c.last_seen_at, _TABLE.c.created_at)
_is_active = is_active(_TABLE.c.tenant_id)
_BATCH = 500
_DEFAULT = Monitoring().runner_timeout_seconds


def tell_lost(now: datetime) -> int:
    """Tell, once, of each runner that is missed: it is silent, and has or is awaited for runs.

    Those of suspended tenants are refused, and not missed.
    """
    is_missed = (_TABLE.c.lost_at.is_(None), _seen_at < _silent_since(now))
    found = _find(*is_missed, _is_active, _has_work())
    return sweep("tell_lost", found, partial(_miss, now, is_missed))


def tell_back(now: datetime) -> int:
    """Tell, once, of each runner that was missed and is heard of again."""
    is_back = (_TABLE.c.lost_at.is_not(None), _TABLE.c.last_seen_at >= _silent_since(now))
    return sweep("tell_back", _find(*is_back), partial(_welcome, now, is_back))


def fail_lost(now: datetime) -> int:
    """Fail the runs of runners that let their lease run out; gives how many.

    A retry is queued where the job allows one, and waits for the runner to return.
    """
    with unscoped(read_only=True):
        lost = remote_runs.list_lost(now, _BATCH)
    return sweep("fail_lost_elsewhere", lost, partial(_fail, now))


def _silent_since(now: datetime) -> Any:
    """The moment before which a runner of each tenant must have been heard of last."""
    with unscoped(read_only=True):
        own = set_by_tenants("runner_timeout_seconds")
    kind = _TABLE.c.created_at.type
    usual = literal(now - timedelta(seconds=_DEFAULT), kind)
    if not own:
        return usual
    since = {
        tenant_id: literal(now - timedelta(seconds=seconds), kind)
        for tenant_id, seconds in own.items()
    }
    return case(since, value=_TABLE.c.tenant_id, else_=usual)


def _has_work() -> Any:
    return or_(
        *(
            exists().where(
                Execution.tenant_id == Runner.tenant_id,
                Execution.runner == Runner.name,
                Execution.status == literal(status, literal_execute=True),
            )
            for status in (RUNNING, QUEUED)
        )
    )


def _find(*conditions: Any) -> list[Runner]:
    with unscoped(read_only=True):
        return list(db.session.scalars(select(Runner).where(*conditions).limit(_BATCH)))


def _miss(now: datetime, is_missed: tuple[Any, ...], runner: Runner) -> bool:
    seen = clock.to_wire(runner.last_seen_at) if runner.last_seen_at else None
    message = f"It was last heard of at {seen}." if seen else "It was never heard of."
    fact = _fact(runner, event_types.RUNNER_LOST, "is not heard of", now, message)
    return _mark(runner, is_missed, now, fact)


def _welcome(now: datetime, is_back: tuple[Any, ...], runner: Runner) -> bool:
    fact = _fact(runner, event_types.RUNNER_BACK, "is back", now)
    return _mark(runner, is_back, None, fact)


def _mark(
    runner: Runner, conditions: tuple[Any, ...], lost_at: datetime | None, fact: Fact
) -> bool:
    """Of several schedulers at once one finds the runner still unmarked, and tells of it."""
    with as_tenant(runner.tenant_id):
        marked = execute_named(
            update(_TABLE).where(_TABLE.c.id == runner.id, *conditions).values(lost_at=lost_at),
            tenant_id=runner.tenant_id,
            table=_TABLE,
        )
        if marked.rowcount != 1:
            return False
        events.record(fact, tenant_id=runner.tenant_id)
    return True


def _fact(
    runner: Runner, type_: str, words: str, now: datetime, message: str | None = None
) -> Fact:
    return Fact(
        type=type_,
        title=f"Runner {runner.name} {words}",
        message=message,
        occurred_at=now,
        subject_type="runner",
        subject_id=runner.id,
        data={"name": runner.name},
    )


def _fail(now: datetime, execution: Execution) -> bool:
    with as_tenant(execution.tenant_id):
        kept = db.session.get_one(Execution, execution.id)
        seconds = monitoring_of(execution.tenant_id).runner_timeout_seconds
        why = f"Its runner was not heard of for {_words(seconds)}."
        failed = endings.fail_lost(kept, now, Ending(FAILED, RUNNER_LOST, why))
    if failed:
        log.warning("execution_lost", execution_id=execution.id, runner=execution.runner)
    return failed


def _words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if rest:
        return f"{seconds} seconds"
    return "a minute" if minutes == 1 else f"{minutes} minutes"
