"""What a channel wants to be told."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.notifications.rules.matching import (
    is_kept_quiet,
    is_told_by_alerts,
    matches,
    wants_alert,
    wants_event,
)


@dataclass
class Telling:
    type: str
    severity: str = "info"
    subject_type: str | None = "backup"
    subject_id: int | None = 1
    data: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        *(("backup.failed", True), ("backup.*", True), ("backup*", True), ("*", True)),
        *(("backup.fail", False), ("backup", False), ("storage.*", False)),
    ],
)
def test_a_type_or_the_beginning_of_one(pattern, is_match):
    assert matches([pattern], "backup.failed") is is_match


@pytest.mark.parametrize(
    ("least", "is_told"), [("info", True), ("high", True), ("critical", False)]
)
def test_alerts_are_told_from_a_severity_on(least, is_told):
    assert wants_alert(least, None, "backup.failed", "high") is is_told


def test_of_alerts_only_those_of_the_types_asked_for():
    assert not wants_alert("info", ["storage.*"], "backup.failed", "high")


def test_mere_events_are_told_only_when_asked_for():
    assert not wants_event("info", None, "backup.succeeded", "info")
    assert wants_event("info", ["backup.succeeded"], "backup.succeeded", "info")
    assert not wants_event("low", ["backup.succeeded"], "backup.succeeded", "info")


@pytest.mark.parametrize(
    ("type_", "is_told"),
    [("backup.failed", True), ("backup.recovered", True), ("backup.succeeded", False)],
)
def test_what_an_alert_tells_is_not_told_twice(type_, is_told):
    assert is_told_by_alerts(Telling(type_), ["backup.*"]) is is_told


def test_who_asked_for_recoveries_alone_is_told_of_them():
    assert not is_told_by_alerts(Telling("backup.recovered"), ["backup.recovered"])


@pytest.mark.parametrize(
    ("type_", "is_quiet"),
    [("backup.succeeded", True), ("backup.warned", True), ("backup.failed", False)],
)
def test_a_failure_is_never_kept_quiet(type_, is_quiet):
    assert is_kept_quiet(type_, {"notify": False}) is is_quiet
    assert not is_kept_quiet(type_, {"notify": True})
