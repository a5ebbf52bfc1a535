"""What an event says of alerts, and by which key."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.alerts.rules.signs import opened_by, resolved_by


@dataclass
class Told:
    type: str
    severity: str = "info"
    subject_type: str | None = "host"
    subject_id: int | None = 7
    data: dict[str, Any] = field(default_factory=dict)


def external(severity="info", type_="external.disk", **alert):
    return Told(type_, severity, data={"alert": alert} if alert else {})


@pytest.mark.parametrize("type_", ["backup.started", "copy.changed", "INGESTED", "storage.changed"])
def test_what_merely_happens_is_no_trouble(type_):
    assert (opened_by(Told(type_)), resolved_by(Told(type_))) == (None, ())


@pytest.mark.parametrize(
    ("severity", "opens"),
    [("info", False), ("low", False), ("medium", True), ("high", True), ("critical", True)],
)
def test_another_systems_event_is_trouble_from_medium_on(severity, opens):
    assert (opened_by(external(severity)) is not None) is opens


def test_what_the_other_system_says_of_its_state_counts_more():
    assert opened_by(external("info", state="problem")) == "external.disk:host:7"
    assert opened_by(external("critical", state="ok")) is None
    assert resolved_by(external("critical", state="ok")) == ("external.disk:host:7",)
    assert resolved_by(external("info")) == ()


def test_a_key_that_was_given_stands_for_all_types():
    bad = external("high", dedup_key="disk-1")
    good = external("info", "external.disk.back", dedup_key="disk-1", state="ok")

    assert (opened_by(bad), resolved_by(good)) == ("disk-1", ("disk-1",))


def test_another_system_cannot_name_an_alert_of_ours():
    key = "backup.failed:backup:7"

    assert opened_by(external("high", dedup_key=key)) == f"external.{key}"
    assert resolved_by(external("info", dedup_key=key, state="ok")) == (f"external.{key}",)


@pytest.mark.parametrize("alert", ["broken", ["x"], None, 7, {"dedup_key": 7}, {"dedup_key": ""}])
def test_an_alert_part_that_is_none_is_left_aside(alert):
    told = Told("external.disk", "high", data={"alert": alert})

    assert opened_by(told) == "external.disk:host:7"


def test_a_key_is_no_longer_than_its_column():
    assert len(opened_by(external("high", dedup_key="x" * 900))) == 300


def test_a_subject_may_be_missing():
    assert opened_by(Told("external.disk", "high", None, None)) == "external.disk::"


def test_a_run_that_a_newer_one_has_overtaken_says_nothing():
    late = {"is_overtaken": True}

    assert opened_by(Told("backup.failed", "high", "backup", data=late)) is None
    assert resolved_by(Told("backup.succeeded", "info", "backup", data=late)) == ()
