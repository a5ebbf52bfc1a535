"""POST /events/{id}/create-task: an event becomes somebody's work, once."""

import threading

import pytest

from app.core import clock
from app.core.db import db
from app.core.tenancy import as_tenant
from app.events.models import Event
from app.tasks.models import Task
from app.tasks.rules import draft_of_event
from tests.support.rows import keep_event


@pytest.fixture
def event_id(cast):
    return keep_event(cast, severity="critical", message="3 % are left.")


@pytest.fixture
def path(event_id):
    return f"/api/v1/events/{event_id}/create-task"


def test_what_is_not_given_comes_from_the_event(operator, path, event_id):
    response = operator.post(path)

    told = response.json["data"]
    assert (response.status_code, told["event_id"]) == (201, event_id)
    assert (told["title"], told["description"]) == ("Storage Vault is nearly full", "3 % are left.")
    assert (told["priority"], told["status"]) == ("critical", "open")
    assert operator.get(response.headers["Location"]).json["data"]["id"] == told["id"]


def test_what_is_given_wins(operator, viewer, path):
    given = {"title": "Buy disks", "priority": "low", "assigned_user_id": viewer.actor.user_id}

    told = operator.post(path, {**given, "description": None}).json["data"]

    assert {name: told[name] for name in given} == given
    assert told["description"] == "3 % are left."


def test_asked_again_it_gives_the_same_task(operator, cast, path):
    first = operator.post(path)

    again = cast.key_caller("servicenow").post(path, {"title": "Another title"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["data"] == first.json["data"]
    assert len(cast.rows(Task)) == 1


def test_asked_at_once_by_many_there_is_one(cast, path):
    callers = [cast.caller("operator") for _ in range(4)]
    start = threading.Barrier(len(callers))
    answers = []

    def ask(caller):
        start.wait()
        answers.append(caller.post(path).status_code)

    threads = [threading.Thread(target=ask, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 200, 200, 201]
    assert len(cast.rows(Task)) == 1


def test_a_task_that_was_deleted_is_made_anew(admin, path):
    first = admin.post(path).json["data"]
    admin.delete(f"/api/v1/tasks/{first['id']}")

    response = admin.post(path)

    assert response.status_code == 201
    assert response.json["data"]["id"] != first["id"]


def test_a_task_that_is_only_about_the_event_is_not_its_task(operator, make, event_id, path):
    other = make(event_id=event_id)

    response = operator.post(path)

    assert response.status_code == 201
    assert response.json["data"]["id"] != other["id"]


def test_a_deleted_event_has_none(app, operator, cast, event_id, path):
    with app.app_context(), as_tenant(cast.tenant("acme")):
        db.session.get_one(Event, event_id).deleted_at = clock.utcnow()

    assert operator.post(path).status_code == 404
    assert cast.rows(Task) == []


def test_bad_input_is_named(operator, cast, path):
    wrong = [
        ({"title": "ab"}, "title"),
        ({"priority": "urgent"}, "priority"),
        ({"assigned_user_id": 999_999_999}, "assigned_user_id"),
        ({"due_date": "2026-06-10"}, "due_date"),
    ]

    answers = [operator.post(path, given) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]
    assert cast.rows(Task) == []


@pytest.mark.parametrize(
    ("severity", "priority"),
    [
        *(("critical", "critical"), ("high", "high"), ("medium", "medium")),
        *(("low", "low"), ("info", "low")),
    ],
)
def test_severity_becomes_priority(severity, priority):
    assert draft_of_event("Title", None, severity)["priority"] == priority


@pytest.mark.parametrize(
    ("title", "made"),
    [("x" * 300, "x" * 200), ("ab", "Event: ab"), ("", "Event:"), ("one\ntwo", "one two")],
)
def test_an_events_title_becomes_one_that_a_task_may_have(title, made):
    draft = draft_of_event(title, "x" * 6000, "high")

    assert draft["title"] == made
    assert len(draft["description"]) == 5000
