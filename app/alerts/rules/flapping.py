"""Alerts that come back again and again."""

from collections.abc import Sequence
from datetime import datetime

from app.alerts.values import FLAPPING, RELAPSE
from app.core import clock


def is_relapse(occurred_at: datetime, resolved_at: datetime) -> bool:
    """The same trouble again, and not another one."""
    return occurred_at - resolved_at <= RELAPSE


def with_flap(flapped_at: Sequence[str], at: datetime) -> list[str]:
    """The times of the last flaps, as many as tell whether it flaps."""
    return [*flapped_at, clock.to_wire(at)][-FLAPPING:]
