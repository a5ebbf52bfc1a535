"""What an event says of alerts: which one it opens, and which ones it resolves."""

from collections.abc import Mapping
from typing import Any, Protocol

from app.alerts.values import RANK_OF
from app.events.values import (
    AUTH_LOCKED,
    BACKUP_FAILED,
    BACKUP_MISSED,
    BACKUP_RECOVERED,
    BACKUP_SUCCEEDED,
    BACKUP_UNSCHEDULABLE,
    BACKUP_WARNED,
    COMPLIANCE_RESTORED,
    COMPLIANCE_VIOLATED,
    MEDIUM,
    RUNNER_BACK,
    RUNNER_LOST,
    STORAGE_LOW,
    STORAGE_OFFLINE,
    STORAGE_ONLINE,
    STORAGE_RECOVERED,
    VERIFICATION_FAILED,
    VERIFICATION_SUCCEEDED,
)

OPENING = frozenset(
    {
        AUTH_LOCKED,
        BACKUP_FAILED,
        BACKUP_MISSED,
        BACKUP_UNSCHEDULABLE,
        BACKUP_WARNED,
        COMPLIANCE_VIOLATED,
        RUNNER_LOST,
        STORAGE_LOW,
        STORAGE_OFFLINE,
        VERIFICATION_FAILED,
    }
)
# That a run went well says nothing of when the next one is due (BACKUP_UNSCHEDULABLE).
RESOLVING = {
    BACKUP_SUCCEEDED: (BACKUP_FAILED, BACKUP_MISSED, BACKUP_WARNED),
    BACKUP_WARNED: (BACKUP_FAILED, BACKUP_MISSED),
    BACKUP_RECOVERED: (BACKUP_FAILED, BACKUP_MISSED),
    COMPLIANCE_RESTORED: (COMPLIANCE_VIOLATED,),
    RUNNER_BACK: (RUNNER_LOST,),
    STORAGE_ONLINE: (STORAGE_OFFLINE,),
    STORAGE_RECOVERED: (STORAGE_LOW,),
    VERIFICATION_SUCCEEDED: (VERIFICATION_FAILED,),
}
EXTERNAL = "external."
_LONGEST_KEY = 300
_PROBLEM, _OK = "problem", "ok"


class Telling(Protocol):
    """An event, as far as it is judged here."""

    @property
    def type(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def subject_type(self) -> str | None: ...
    @property
    def subject_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


def opened_by(event: Telling) -> str | None:
    """The key of the alert that the event opens or repeats; None when it is no trouble.

    A late report of an old run says nothing of how its job does now.
    """
    if event.type.startswith(EXTERNAL):
        return _key_of_external(event) if _is_problem(event) else None
    if event.type not in OPENING or _is_late(event):
        return None
    return key_of(event.type, event.subject_type, event.subject_id)


def resolved_by(event: Telling) -> tuple[str, ...]:
    """The keys of the alerts that the event puts an end to."""
    if event.type.startswith(EXTERNAL):
        return (_key_of_external(event),) if _state(event) == _OK else ()
    if _is_late(event):
        return ()
    ended = RESOLVING.get(event.type, ())
    return tuple(key_of(type_, event.subject_type, event.subject_id) for type_ in ended)


def is_kept_quiet(event: Telling) -> bool:
    """Whoever asked for the run wants to hear of no warning; a failure is always told."""
    return event.type == BACKUP_WARNED and event.data.get("notify") is False


def key_of(type_: str, subject_type: str | None, subject_id: int | None) -> str:
    """The key of an alert that nobody named: its type and its subject."""
    return f"{type_}:{subject_type or ''}:{'' if subject_id is None else subject_id}"


def _is_late(event: Telling) -> bool:
    return event.data.get("is_overtaken") is True


def _is_problem(event: Telling) -> bool:
    state = _state(event)
    if state in (_PROBLEM, _OK):
        return state == _PROBLEM
    return RANK_OF.get(event.severity, 0) >= RANK_OF[MEDIUM]


def _state(event: Telling) -> Any:
    return _told(event).get("state")


def _key_of_external(event: Telling) -> str:
    """The key that the other system gave; one of our own it can neither open nor resolve."""
    given = _told(event).get("dedup_key")
    if not isinstance(given, str) or not given:
        return key_of(event.type, event.subject_type, event.subject_id)
    is_ours = given.partition(":")[0] in OPENING
    return (EXTERNAL + given if is_ours else given)[:_LONGEST_KEY]


def _told(event: Telling) -> Mapping[str, Any]:
    told = event.data.get("alert")
    return told if isinstance(told, Mapping) else {}
