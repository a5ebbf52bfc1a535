"""What a channel wants to be told."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.alerts.rules import signs
from app.alerts.rules.signs import Telling
from app.alerts.values import RANK_OF
from app.events.values import CRITICAL
from app.notifications.values import KEPT_QUIET, RECOVERIES


def rank(severity: str) -> int:
    """The higher, the worse."""
    return RANK_OF.get(severity, 0)


def is_urgent(severity: str) -> bool:
    """Worth waking somebody."""
    return severity == CRITICAL


def matches(patterns: Sequence[str], type_: str) -> bool:
    """Whether a type is one of these, or begins as one that ends with `*`."""
    return any(
        type_.startswith(pattern[:-1]) if pattern.endswith("*") else type_ == pattern
        for pattern in patterns
    )


def wants_alert(min_severity: str, patterns: Sequence[str] | None, type_: str, worst: str) -> bool:
    """Alerts are told of unless their type was not asked for."""
    is_asked = patterns is None or matches(patterns, type_)
    return is_asked and rank(worst) >= rank(min_severity)


def wants_event(
    min_severity: str, patterns: Sequence[str] | None, type_: str, severity: str
) -> bool:
    """Mere events are told of only when their type was asked for."""
    is_asked = patterns is not None and matches(patterns, type_)
    return is_asked and rank(severity) >= rank(min_severity)


def is_kept_quiet(type_: str, data: Mapping[str, Any]) -> bool:
    """Whoever asked for the run wants to hear of it only when it fails."""
    return type_ in KEPT_QUIET and data.get("notify") is False


def is_told_by_alerts(event: Telling, patterns: Sequence[str]) -> bool:
    """Whether the turn of an alert tells the same to whoever asked for these types."""
    if signs.opened_by(event) is not None:
        return True
    ended = signs.RESOLVING.get(event.type, ()) if event.type in RECOVERIES else ()
    return any(matches(patterns, type_) for type_ in ended)
