"""What people write about a task, and who may change it."""

import pytest

from app.audit.models import AuditRow
from app.tasks.models import Comment

URL = "/api/v1/comments"


@pytest.fixture
def path(make):
    return f"/api/v1/tasks/{make()['id']}/comments"


@pytest.fixture
def comment(viewer, path):
    """What a viewer wrote."""
    return viewer.post(path, {"content": "Which shelf?"}).json["data"]


@pytest.mark.parametrize("name", ["content", "comment"])
def test_a_viewer_writes_under_either_name(viewer, path, name):
    response = viewer.post(path, {name: "Which shelf?"})

    told = response.json["data"]
    assert (response.status_code, told["content"]) == (201, "Which shelf?")
    assert (told["author_id"], told["author_kind"]) == (viewer.actor.user_id, "user")
    assert viewer.get(response.headers["Location"]).json["data"] == told


def test_they_come_as_a_page_with_the_oldest_first(operator, viewer, path):
    for text in ("One", "Two", "Three"):
        viewer.post(path, {"content": text})

    page = operator.get(f"{path}?page_size=2").json

    assert [comment["content"] for comment in page["data"]] == ["One", "Two"]
    assert page["total"] == 3


def test_bad_input_is_named_and_nothing_is_kept(viewer, path, cast):
    wrong = [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n "}, "content"),
        ({"content": None}, "content"),
        ({"content": "x" * 2001}, "content"),
        ({"comment": "x" * 2001}, "comment"),
        ({"content": "one", "comment": "another"}, "comment"),
    ]

    answers = [viewer.post(path, given) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]
    assert cast.rows(Comment) == []


def test_its_author_changes_and_deletes_it(viewer, comment, cast):
    changed = viewer.put(f"{URL}/{comment['id']}", {"comment": "Which vault?"})
    deleted = viewer.delete(f"{URL}/{comment['id']}")

    assert (changed.status_code, changed.json["data"]["content"]) == (200, "Which vault?")
    assert changed.json["data"]["version"] == 2
    assert deleted.status_code == 200
    assert cast.rows(Comment) == []
    assert cast.rows(AuditRow)[-1].changes[0]["fields"]["content"] == ["Which vault?", None]


def test_an_administrator_may_and_a_colleague_may_not(admin, operator, comment, cast):
    refused = operator.put(f"{URL}/{comment['id']}", {"content": "Not mine"})
    kept = operator.delete(f"{URL}/{comment['id']}")
    changed = admin.put(f"{URL}/{comment['id']}", {"content": "Moderated"})

    assert (refused.status_code, kept.status_code) == (403, 403)
    assert refused.json["details"] == {"required": "comments:manage"}
    assert changed.json["data"]["author_id"] == comment["author_id"]
    assert cast.rows(Comment)[0].content == "Moderated"


def test_a_machine_is_an_author_too_and_no_person_of_the_same_number(cast, path):
    key, other = cast.key_caller("servicenow"), cast.key_caller("servicenow")
    told = key.post(path, {"content": "Ticket 7"}).json["data"]

    assert (told["author_kind"], told["author_name"]) == ("api_key", key.username)
    assert other.put(f"{URL}/{told['id']}", {"content": "Ticket 8"}).status_code == 403
    assert key.put(f"{URL}/{told['id']}", {"content": "Ticket 8"}).status_code == 200


def test_those_of_a_deleted_task_are_gone(admin, viewer, comment, cast):
    admin.delete(f"/api/v1/tasks/{comment['entity_id']}")

    assert viewer.get(f"{URL}/{comment['id']}").status_code == 404
    assert viewer.put(f"{URL}/{comment['id']}", {"content": "Late"}).status_code == 404
    assert len(cast.rows(Comment)) == 1
