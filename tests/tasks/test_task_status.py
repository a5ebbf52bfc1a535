"""PUT and PATCH /tasks/{id}/status: from open to in_progress to closed, and back to open."""

import threading

import pytest

from app.tasks.models import Task, TaskMove

URL = "/api/v1/tasks"
ALLOWED = {"open": ["in_progress"], "in_progress": ["closed"], "closed": ["open"]}
WAYS = {"open": (), "in_progress": ("in_progress",), "closed": ("in_progress", "closed")}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_move_is_kept_with_who_made_it_and_why(operator, make, cast, method):
    path = f"{URL}/{make()['id']}/status"

    response = operator.call(method, path, json={"status": "in_progress", "comment": "On my way."})

    assert (response.status_code, response.json["data"]["status"]) == (200, "in_progress")
    (move,) = cast.rows(TaskMove)
    assert (move.from_status, move.to_status) == ("open", "in_progress")
    assert (move.comment, move.moved_by_name) == ("On my way.", operator.username)


def test_closing_is_dated_and_reopening_clears_that(operator, make, go):
    path = f"{URL}/{go(make(), 'in_progress')['id']}/status"

    closed = operator.put(path, {"status": "closed"}).json["data"]
    reopened = operator.put(path, {"status": "open", "comment": None}).json["data"]

    assert closed["closed_at"] is not None
    assert (reopened["status"], reopened["closed_at"]) == ("open", None)


@pytest.mark.parametrize("status", ALLOWED)
def test_any_other_move_is_refused_and_tells_which_are_not(operator, make, go, cast, status):
    path = f"{URL}/{go(make(), *WAYS[status])['id']}/status"
    others = [asked for asked in ALLOWED if asked not in ALLOWED[status]]

    answers = [operator.patch(path, {"status": asked}) for asked in others]

    told = [(answer.status_code, answer.json["error"]) for answer in answers]
    assert told == [(409, "CONFLICT")] * 2
    assert answers[0].json["details"] == {"status": status, "allowed": ALLOWED[status]}
    assert cast.rows(Task)[0].status == status
    assert len(cast.rows(TaskMove)) == len(WAYS[status])


def test_bad_input_is_named(operator, make):
    path = f"{URL}/{make()['id']}/status"
    wrong = [
        ({}, "status"),
        ({"status": "done"}, "status"),
        ({"status": None}, "status"),
        ({"status": "in_progress", "comment": "x" * 2001}, "comment"),
    ]

    answers = [operator.put(path, given) for given, _ in wrong]

    assert [(response.status_code, list(response.json["details"])) for response in answers] == [
        (400, [field]) for _, field in wrong
    ]


def test_a_stale_version_moves_nothing(operator, make, cast):
    task = make()
    operator.put(f"{URL}/{task['id']}", {"title": "Changed meanwhile"})

    response = operator.patch(
        f"{URL}/{task['id']}/status", {"status": "in_progress"}, headers={"If-Match": '"v1"'}
    )

    assert response.status_code == 412
    assert cast.rows(TaskMove) == []


def test_of_two_who_move_it_at_once_one_wins(make, cast):
    path = f"{URL}/{make()['id']}/status"
    callers = [cast.caller("operator") for _ in range(4)]
    start = threading.Barrier(len(callers))
    answers = []

    def move(caller):
        start.wait()
        answers.append(caller.patch(path, {"status": "in_progress"}).status_code)

    threads = [threading.Thread(target=move, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 409, 409, 409]
    assert len(cast.rows(TaskMove)) == 1
