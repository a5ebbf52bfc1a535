"""What an event, an execution or a correction adds to the roll-ups, as rows to be summed."""

from typing import Any

from sqlalchemy import BigInteger, Float, Integer, Select, case, cast, func, literal, select

from app.backups.models import Execution, RunCorrection
from app.backups.values import BACKUP
from app.core.db import db
from app.dashboard.models import EventRollup, RunRollup
from app.dashboard.values import GIB, RESULT_OF, RESULTS
from app.events.models import Event

EVENTS: Any = Event.__table__
EXECUTIONS: Any = Execution.__table__
CORRECTIONS: Any = RunCorrection.__table__
RUN_ROLLUPS: Any = RunRollup.__table__
EVENT_ROLLUPS: Any = EventRollup.__table__

IS_OUTCOME = EVENTS.c.type.in_(tuple(RESULT_OF))
IS_COUNTED = (EXECUTIONS.c.kind == BACKUP) & EXECUTIONS.c.status.in_(RESULTS)
EXECUTION_ID = cast(EVENTS.c.data["execution_id"].as_string(), BigInteger)
_RESULT = case(*((EVENTS.c.type == type_, result) for type_, result in RESULT_OF.items()))


def hour_of(moment: Any) -> Any:
    """The name of a moment's hour, as the wire spells its beginning."""
    if db.engine.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), 'YYYY-MM-DD"T"HH24')
    return func.strftime("%Y-%m-%dT%H", moment)


def of_outcomes(*conditions: Any) -> Select[Any]:
    """The runs that these events tell of.

    What an event of an older version does not say is asked of its execution; one that is gone
    by now is not counted.
    """
    data = EVENTS.c.data
    date = data["execution_date"].as_string()
    own = EXECUTIONS.c.id == EXECUTION_ID

    def told(said: Any, kept: Any) -> Any:
        found = select(kept).where(own).correlate(EVENTS).scalar_subquery()
        return case((date.is_not(None), said), else_=found)

    told_of = (
        select(
            EVENTS.c.tenant_id,
            told(func.substr(date, 1, 13), hour_of(EXECUTIONS.c.execution_date)).label("hour"),
            _RESULT.label("result"),
            told(
                cast(data["backup_size_bytes"].as_string(), BigInteger),
                EXECUTIONS.c.backup_size_bytes,
            ).label("size"),
            told(
                cast(data["duration_seconds"].as_string(), Float), EXECUTIONS.c.duration_seconds
            ).label("seconds"),
        )
        .where(IS_OUTCOME, *conditions)
        .subquery()
    )
    rows = told_of.c
    found = _of_runs(rows.tenant_id, rows.hour, rows.result, rows.size, rows.seconds)
    return found.where(rows.hour.is_not(None))


def of_executions(*conditions: Any) -> Select[Any]:
    """These executions themselves."""
    rows = EXECUTIONS.c
    hour, size = hour_of(rows.execution_date), rows.backup_size_bytes
    found = _of_runs(rows.tenant_id, hour, rows.status, size, rows.duration_seconds)
    return found.where(IS_COUNTED, *conditions)


def of_corrections(*conditions: Any) -> Select[Any]:
    """What later reports have changed of runs."""
    rows = CORRECTIONS.c
    hour, size, seconds = (
        hour_of(rows.execution_date),
        rows.backup_size_bytes,
        rows.duration_seconds,
    )
    found = _of_runs(rows.tenant_id, hour, rows.result, size, seconds, rows.runs)
    return found.where(*conditions)


def of_events(*conditions: Any, sign: int = 1) -> Select[Any]:
    """These events."""
    rows = EVENTS.c
    return select(
        rows.tenant_id,
        hour_of(rows.occurred_at).label("bucket"),
        rows.type,
        rows.severity,
        rows.source,
        literal(sign, Integer).label("events"),
    ).where(*conditions)


def _of_runs(
    tenant_id: Any, hour: Any, result: Any, size: Any, seconds: Any, sign: Any = None
) -> Select[Any]:
    sign = literal(1, Integer) if sign is None else sign
    size = func.coalesce(size, 0)
    milliseconds = cast(func.round(1000 * func.coalesce(seconds, 0.0)), BigInteger)
    is_timed = case((seconds.is_not(None), 1), else_=0)
    return select(
        tenant_id.label("tenant_id"),
        hour.label("bucket"),
        result.label("result"),
        sign.label("runs"),
        (sign * (size // GIB)).label("gibibytes"),
        (sign * (size % GIB)).label("odd_bytes"),
        (sign * is_timed).label("timed_runs"),
        (sign * milliseconds).label("milliseconds"),
    )
