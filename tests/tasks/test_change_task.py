"""GET, PUT and DELETE /tasks/{id}, and PATCH /tasks/{id}/assign."""

import pytest

from app.audit.models import AuditRow
from app.tasks.models import Task, TaskMove
from tests.support.rows import keep_alert, keep_event

URL = "/api/v1/tasks"


@pytest.fixture
def task(make):
    return make(due_date="2026-06-10", description="Shelf 3")


def test_shows_its_comments_and_how_it_went(operator, viewer, task, go):
    viewer.post(f"{URL}/{task['id']}/comments", {"content": "Which shelf?"})
    go(task, "in_progress")

    told = operator.get(f"{URL}/{task['id']}").json["data"]

    assert [comment["content"] for comment in told["comments"]] == ["Which shelf?"]
    assert told["comment_count"] == 1
    (move,) = told["status_history"]
    assert (move["from_status"], move["to_status"]) == ("open", "in_progress")
    assert move["moved_by_id"] == operator.actor.user_id


def test_replaces_the_given_fields_and_null_clears(operator, task, cast):
    response = operator.put(
        f"{URL}/{task['id']}", {"title": "Burn the tapes", "priority": "low", "due_date": None}
    )

    told = response.json["data"]
    assert (response.status_code, told["title"], told["version"]) == (200, "Burn the tapes", 2)
    assert (told["due_date"], told["description"]) == (None, "Shelf 3")
    (kept,) = cast.rows(Task)
    assert (kept.urgency, kept.due_day, kept.search_text) == (
        *(1, 3_652_060),
        "burn the tapes\nshelf 3",
    )


def test_what_is_read_only_is_ignored(operator, task):
    given = {"created_by": 7, "created_at": "2020-01-01T00:00:00Z", "closed_at": None, "version": 9}

    response = operator.put(f"{URL}/{task['id']}", given)

    told = response.json["data"]
    assert (response.status_code, told["version"]) == (200, 1)
    assert (told["created_by"], told["created_at"]) == (task["created_by"], task["created_at"])


def test_another_status_is_a_move_like_any_other(operator, task, cast):
    passed = operator.put(f"{URL}/{task['id']}", {"status": "in_progress", "title": "Begun"})
    refused = operator.put(f"{URL}/{task['id']}", {"status": "open", "title": "Not kept"})

    assert (passed.status_code, refused.status_code) == (200, 409)
    assert len(passed.json["data"]["status_history"]) == 1
    (kept,) = cast.rows(Task)
    assert (kept.status, kept.title) == ("in_progress", "Begun")


@pytest.mark.parametrize("status", [None, "done"])
def test_a_status_that_is_none_is_refused(operator, task, status):
    response = operator.put(f"{URL}/{task['id']}", {"status": status})

    assert (response.status_code, list(response.json["details"])) == (400, ["status"])


def test_is_about_an_event_and_an_alert(operator, task, cast):
    about = {"event_id": keep_event(cast), "alert_id": keep_alert(cast)}

    told = operator.put(f"{URL}/{task['id']}", about).json["data"]

    assert {name: told[name] for name in about} == about


@pytest.mark.parametrize("field", ["assigned_user_id", "assignee_id"])
def test_is_given_to_somebody_and_taken_back_under_both_names(operator, viewer, task, field):
    path = f"{URL}/{task['id']}/assign"

    given = operator.patch(path, {field: viewer.actor.user_id}).json["data"]
    taken = operator.patch(path, {field: None}).json["data"]

    assert given["assigned_user_id"] == viewer.actor.user_id
    assert given["assigned_user_name"] == viewer.username.title()
    assert (taken["assigned_user_id"], taken["assigned_user_name"]) == (None, None)


def test_whom_it_is_given_to_must_be_clear(operator, task, cast):
    wrong = [
        ({}, "assigned_user_id"),
        ({"assigned_user_id": 1, "assignee_id": 2}, "assignee_id"),
        ({"assigned_user_id": None, "assignee_id": 2}, "assignee_id"),
        ({"assignee_id": 999_999_999}, "assignee_id"),
        ({"assigned_user_id": "me"}, "assigned_user_id"),
    ]

    answers = [operator.patch(f"{URL}/{task['id']}/assign", given) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]
    assert cast.rows(Task)[0].version == 1


def test_the_same_person_under_both_names_is_taken(operator, viewer, task):
    who = viewer.actor.user_id

    response = operator.patch(
        f"{URL}/{task['id']}/assign", {"assigned_user_id": who, "assignee_id": who}
    )

    assert (response.status_code, response.json["data"]["assigned_user_id"]) == (200, who)


def test_a_deleted_one_is_gone_and_its_history_stays(admin, task, go, cast):
    go(task, "in_progress")

    response = admin.delete(f"{URL}/{task['id']}")

    assert (response.status_code, response.json["data"]) == (200, {"id": task["id"]})
    assert admin.delete(f"{URL}/{task['id']}").status_code == 404
    assert admin.get(URL).json["data"] == []
    assert cast.rows(Task)[0].deleted_at is not None
    assert len(cast.rows(TaskMove)) == 1


def test_each_change_is_in_the_audit_log_by_what_people_know_it_as(operator, task, cast):
    operator.put(f"{URL}/{task['id']}", {"due_date": "2026-06-11", "priority": "critical"})

    row = cast.rows(AuditRow)[-1]
    assert (row.resource_type, row.resource_id) == ("task", task["id"])
    assert row.changes[0]["fields"] == {
        "due_date": ["2026-06-10", "2026-06-11"],
        "priority": ["medium", "critical"],
    }
