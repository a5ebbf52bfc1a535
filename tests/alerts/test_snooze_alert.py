"""POST /alerts/{id}/snooze: nothing is heard of it until a moment, unless it gets worse."""

from datetime import timedelta

import pytest

from app.alerts.models import Alert
from app.backups.models import BackupJob
from app.core import clock
from tests.alerts.conftest import JOB
from tests.support.rows import keep_alert


@pytest.fixture
def snooze(desk, operator):
    """Snooze the only alert for two hours, at the desk's time."""

    def call():
        with clock.hold(desk.now):
            until = clock.to_wire(desk.now + timedelta(hours=2))
            path = f"/api/v1/alerts/{desk.alert().id}/snooze"
            response = operator.post(path, {"until": until, "comment": "Tomorrow."})
        assert response.status_code == 200, response.text
        return response.json["data"]

    return call


def test_counts_silently_and_is_told_again_when_it_is_over(desk, failing, snooze):
    failing()
    shown = snooze()
    failing()
    silent = (desk.alert().status, desk.alert().count, desk.notices())

    desk.wait(hours=2)

    assert (shown["status"], shown["snoozed_until"]) == ("snoozed", clock.to_wire(desk.now))
    assert silent == ("snoozed", 2, ["opened"])
    assert (desk.alert().status, desk.alert().snoozed_until) == ("open", None)
    assert desk.notices() == ["opened", "reopened"]


def test_a_recovery_meanwhile_resolves_it_unheard(desk, failing, snooze):
    subject = failing()
    snooze()

    desk.tell("backup.succeeded", subject)
    desk.wait(hours=3)

    assert (desk.alert().status, desk.alert().resolved_by) == ("resolved", "recovery")
    assert desk.notices() == ["opened"]


def test_ends_unheard_when_the_trouble_is_over_though_no_event_said_so(desk, failing, snooze, job):
    failing()
    snooze()
    desk.change(BackupJob, job.id, last_result="success")

    desk.wait(hours=2)

    assert (desk.alert().status, desk.notices()) == ("resolved", ["opened"])


def test_what_gets_worse_ends_it(desk, snooze):
    desk.tell("external.disk", ("host", 3), severity="medium")
    snooze()

    desk.tell("external.disk", ("host", 3), severity="critical")

    assert (desk.alert().status, desk.notices()) == ("open", ["opened", "escalated"])


def test_acknowledging_or_reopening_ends_it_and_snoozing_again_moves_its_end(
    desk, failing, snooze, operator
):
    failing()
    first = snooze()["snoozed_until"]
    desk.now += timedelta(minutes=30)
    second = snooze()["snoozed_until"]

    response = operator.post(f"/api/v1/alerts/{desk.alert().id}/acknowledge", {})

    assert second > first
    assert response.json["data"]["snoozed_until"] is None


@pytest.mark.parametrize(
    "until",
    [
        None,
        "tomorrow",
        "2999-01-31T02:00:00",
        "2020-01-31T02:00:00Z",
        "2999-01-31T02:00:00Z",
        {"minutes": 5},
    ],
)
def test_refuses_an_end_that_cannot_be(cast, operator, until):
    alert_id = keep_alert(cast)

    response = operator.post(f"/api/v1/alerts/{alert_id}/snooze", {"until": until})

    assert (response.status_code, list(response.json["details"])) == (400, ["until"])
    assert cast.rows(Alert)[0].status == "open"


def test_refuses_a_resolved_alert(cast, operator):
    alert_id = keep_alert(cast, status="resolved", resolved_at=clock.utcnow())
    until = clock.to_wire(clock.utcnow() + timedelta(days=89))

    response = operator.post(f"/api/v1/alerts/{alert_id}/snooze", {"until": until})

    assert (response.status_code, response.json["details"]["status"]) == (409, "resolved")


def test_a_child_wakes_unheard(desk, failing, snooze, cast, job):
    failing()
    parent = keep_alert(cast, type="runner.lost", data={"name": "elsewhere"})
    desk.change(Alert, desk.alerts()[0].id, parent_id=parent, told=None)
    child = desk.alerts()[0]
    desk.change(Alert, child.id, status="snoozed", snoozed_until=desk.now)

    desk.wait(minutes=1)

    assert (desk.alerts()[0].status, desk.notices()) == ("open", ["opened"])
    assert desk.alerts()[0].subject == {"type": JOB, "id": job.id}
