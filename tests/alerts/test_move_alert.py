"""POST /alerts/{id}/acknowledge, resolve and reopen: what people do about an alert."""

import threading

import pytest

from app.alerts.models import Alert, AlertNotice, AlertTurn
from tests.support.rows import keep_alert


@pytest.fixture
def move(operator):
    def call(alert_id, how, **body):
        return operator.post(f"/api/v1/alerts/{alert_id}/{how}", body)

    return call


def test_acknowledging_says_who_attends_to_it(cast, move, operator):
    alert_id = keep_alert(cast)

    response = move(alert_id, "acknowledge", comment="On it.")

    data = response.json["data"]
    assert (response.status_code, data["status"], data["version"]) == (200, "acknowledged", 2)
    assert data["acknowledged_by"] == operator.username
    (turn,) = cast.rows(AlertTurn)
    assert (turn.kind, turn.by, turn.comment) == ("acknowledged", operator.username, "On it.")


def test_takes_no_body_at_all(cast, operator):
    alert_id = keep_alert(cast)

    response = operator.post(f"/api/v1/alerts/{alert_id}/acknowledge")

    assert (response.status_code, cast.rows(Alert)[0].status) == (200, "acknowledged")


def test_resolving_says_who_did_and_tells_those_who_know_of_it(cast, move, operator):
    alert_id = keep_alert(cast, told="open")

    response = move(alert_id, "resolve")

    assert response.json["data"]["resolved_by"] == operator.username
    assert [notice.kind for notice in cast.rows(AlertNotice)] == ["resolved"]


def test_reopening_what_was_resolved_is_told_and_no_flap(cast, move):
    alert_id = keep_alert(cast)
    move(alert_id, "resolve")

    data = move(alert_id, "reopen").json["data"]

    assert (data["status"], data["resolved_at"], data["flaps"]) == ("open", None, 0)
    assert [notice.kind for notice in cast.rows(AlertNotice)] == ["reopened"]


def test_a_child_that_is_reopened_stands_for_itself(cast, move, viewer):
    parent = keep_alert(cast)
    child = keep_alert(cast, parent_id=parent)
    move(child, "resolve")
    move(child, "reopen")

    listed = viewer.get("/api/v1/alerts").json["data"]
    assert {alert["id"] for alert in listed} == {parent, child}


def test_reopening_what_was_acknowledged_says_that_nobody_attends_to_it(cast, move):
    alert_id = keep_alert(cast)
    move(alert_id, "acknowledge")

    data = move(alert_id, "reopen").json["data"]

    assert (data["status"], data["acknowledged_by"]) == ("open", None)
    assert cast.rows(AlertNotice) == []


@pytest.mark.parametrize(
    ("before", "how", "status"),
    [
        ((), "reopen", "open"),
        (("acknowledge",), "acknowledge", "acknowledged"),
        (("resolve",), "resolve", "resolved"),
        (("resolve",), "acknowledge", "resolved"),
    ],
)
def test_refuses_a_move_that_cannot_be(cast, move, before, how, status):
    alert_id = keep_alert(cast)
    for earlier in before:
        move(alert_id, earlier)

    response = move(alert_id, how)

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert response.json["details"]["status"] == status
    assert cast.rows(Alert)[0].status == status


def test_refuses_to_reopen_what_has_an_open_alert_by_now(cast, move):
    old = keep_alert(cast, dedup_key="backup.failed:backup:7")
    move(old, "resolve")
    new = keep_alert(cast, dedup_key="backup.failed:backup:7")

    response = move(old, "reopen")

    assert (response.status_code, response.json["details"]) == (409, {"alert_id": new})
    assert cast.rows(Alert)[0].status == "resolved"


def test_of_two_people_at_once_one_acknowledges_it(app, cast, move):
    alert_id = keep_alert(cast)
    people = [cast.caller("operator") for _ in range(4)]
    codes = []

    def act(person):
        answer = person.post(f"/api/v1/alerts/{alert_id}/acknowledge", {})
        codes.append(answer.status_code)

    threads = [threading.Thread(target=act, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(codes) == [200, 409, 409, 409]
    assert [turn.kind for turn in cast.rows(AlertTurn)] == ["acknowledged"]


def test_refuses_a_comment_that_is_too_long_and_unknown_fields(cast, move):
    alert_id = keep_alert(cast)

    long, odd = move(alert_id, "resolve", comment="x" * 2001), move(alert_id, "resolve", why="x")

    assert (long.status_code, list(long.json["details"])) == (400, ["comment"])
    assert (odd.status_code, list(odd.json["details"])) == (400, ["why"])
