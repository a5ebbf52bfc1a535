"""Recording events, each in the transaction of the change that it tells of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.core.prepared import Prepared
from app.events.models import Event
from app.events.values import SEVERITY_OF

_TABLE: Any = Event.__table__
_INSERT = Prepared(insert(_TABLE).inline(), _TABLE)


@dataclass(frozen=True)
class Fact:
    """What is to be recorded; the severity follows from the type unless given."""

    type: str
    title: str
    occurred_at: datetime
    subject_type: str | None = None
    subject_id: int | None = None
    message: str | None = None
    severity: str | None = None
    source: str = "holdfast"
    source_agent: str | None = None
    trace_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def record(fact: Fact, *, tenant_id: int) -> None:
    """Write the event in the current transaction: it stands or falls with the change."""
    _INSERT.later(
        tenant_id,
        type=fact.type,
        severity=fact.severity or SEVERITY_OF[fact.type],
        source=fact.source,
        source_agent=fact.source_agent,
        title=fact.title[:300],
        message=fact.message,
        subject_type=fact.subject_type,
        subject_id=fact.subject_id,
        data=fact.data,
        occurred_at=fact.occurred_at,
        trace_id=fact.trace_id,
    )
