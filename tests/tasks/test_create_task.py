"""POST /tasks: what is to be done is written down."""

import pytest

from app.tasks.models import Task

URL = "/api/v1/tasks"
TAPES = {"title": "Swap the tapes", "priority": "high"}


def test_begins_open_and_tells_who_asked_for_it(operator, cast):
    response = operator.post(URL, {**TAPES, "due_date": "2026-12-24", "description": "Shelf 3"})

    told = response.json["data"]
    assert (response.status_code, told["status"], told["closed_at"]) == (201, "open", None)
    assert (told["created_by"], told["created_by_kind"]) == (operator.actor.user_id, "user")
    assert (told["due_date"], told["assigned_user_id"]) == ("2026-12-24", None)
    (kept,) = cast.rows(Task)
    assert (kept.urgency, kept.search_text) == (3, "swap the tapes\nshelf 3")


def test_a_machine_is_named_and_is_no_person(cast):
    key = cast.key_caller("servicenow")

    told = key.post(URL, TAPES).json["data"]

    assert (told["created_by"], told["created_by_kind"]) == (None, "api_key")
    assert told["created_by_name"] == key.username


def test_bad_input_is_named_and_nothing_is_kept(operator, cast):
    wrong = [
        ({"title": "ab"}, "title"),
        ({"title": " a  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": None}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"priority": "urgent"}, "priority"),
        ({"priority": None}, "priority"),
        ({"due_date": "2026-02-30"}, "due_date"),
        ({"due_date": "2026-12-24T10:00:00Z"}, "due_date"),
        ({"assigned_user_id": "1"}, "assigned_user_id"),
        ({"assigned_user_id": 999_999_999}, "assigned_user_id"),
        ({"event_id": 999_999_999}, "event_id"),
        ({"alert_id": 999_999_999}, "alert_id"),
        ({"status": "closed"}, "status"),
        ({"project_id": 1}, "project_id"),
    ]

    answers = [operator.post(URL, {**TAPES, **given}) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]
    assert cast.rows(Task) == []


@pytest.mark.parametrize("given", [{"title": "Swap"}, {"priority": "low"}])
def test_title_and_priority_are_required(operator, given):
    response = operator.post(URL, given)

    assert response.status_code == 400
    assert len(response.json["details"]) == 1


def test_is_for_active_members_only(operator, cast):
    gone = cast.user("operator", is_active=False)

    response = operator.post(URL, {**TAPES, "assigned_user_id": gone.id})

    assert (response.status_code, list(response.json["details"])) == (400, ["assigned_user_id"])


def test_names_whom_it_is_for(operator, cast):
    viewer = cast.user("viewer")

    told = operator.post(URL, {**TAPES, "assigned_user_id": viewer.id}).json["data"]

    assert (told["assigned_user_id"], told["assigned_user_name"]) == (viewer.id, viewer.full_name)
