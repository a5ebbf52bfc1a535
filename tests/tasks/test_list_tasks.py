"""GET /tasks and GET /users/{id}/tasks: filtered, sorted, read to the end."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core import clock

URL = "/api/v1/tasks"


def titles(response):
    assert response.status_code == 200, response.text
    return [task["title"] for task in response.json["data"]]


@pytest.fixture
def three(make, go):
    """One of each status, made in this order."""
    return [
        make(title="Open", priority="low", due_date="2026-06-10"),
        go(make(title="Begun", priority="critical"), "in_progress"),
        go(make(title="Done", priority="high", due_date="2026-06-01"), "in_progress", "closed"),
    ]


def test_gives_what_was_asked_for(operator, three):
    expected = {
        "": ["Done", "Begun", "Open"],
        "status=open": ["Open"],
        "status=open,in_progress": ["Begun", "Open"],
        "priority=critical": ["Begun"],
        "sort=priority": ["Open", "Done", "Begun"],
        "sort=-priority": ["Begun", "Done", "Open"],
        "sort=due_date": ["Done", "Open", "Begun"],
        "due_before=2026-06-10": ["Done"],
        "due_before=2026-06-11": ["Done", "Open"],
        "due_after=2026-06-01": ["Open"],
        "created_after=2020-01-01T00:00:00Z": ["Done", "Begun", "Open"],
        "created_before=2020-01-01T00:00:00Z": [],
        "search=eGu": ["Begun"],
        "search=%25": [],
    }

    assert {query: titles(operator.get(f"{URL}?{query}")) for query in expected} == expected


def test_a_wrong_filter_is_named(operator):
    wrong = [
        "status=done",
        "status=",
        "status=open,",
        "priority=urgent",
        "assigned_user_id=nobody",
        "assigned_user_id=0",
        "due_before=yesterday",
        "due_after=2026-13-01",
        "created_after=2026-01-01",
        "overdue=maybe",
        "search=",
        "sort=urgency",
        "project_id=1",
    ]

    answers = {query: operator.get(f"{URL}?{query}") for query in wrong}

    assert {
        query: (response.status_code, list(response.json["details"]))
        for query, response in answers.items()
    } == {query: (400, [query.partition("=")[0]]) for query in wrong}


@pytest.mark.parametrize("sort", ["due_date", "-due_date", "-priority,title"])
def test_a_cursor_reads_on_where_the_page_ended(operator, make, sort):
    for day in (None, "2026-06-02", None, "2026-06-01"):
        make(due_date=day)
    whole = operator.get(f"{URL}?sort={sort}").json["data"]

    read, cursor = [], ""
    while cursor is not None:
        page = operator.get(f"{URL}?sort={sort}&page_size=1&cursor={cursor}").json
        read += page["data"]
        cursor = page["meta"]["next_cursor"]

    assert read == whole
    assert len(read) == 4


def test_a_search_folds_more_than_ascii(operator, make):
    make(title="ÄRGER im Büro", description="Straße")

    assert titles(operator.get(f"{URL}?search=ärger")) == ["ÄRGER im Büro"]
    assert titles(operator.get(f"{URL}?search=STRASSE")) == ["ÄRGER im Büro"]


def test_overdue_is_what_was_due_before_today_and_is_not_closed(operator, make, go):
    with clock.hold(clock.utcnow()):
        today = clock.utcnow().date()
        make(title="Today", due_date=today.isoformat())
        late = (today - timedelta(days=1)).isoformat()
        make(title="Late", due_date=late)
        go(make(title="Done", due_date=late), "in_progress", "closed")
        make(title="Some day")

        assert titles(operator.get(f"{URL}?overdue=true")) == ["Late"]
        assert titles(operator.get(f"{URL}?overdue=false")) == ["Some day", "Done", "Today"]


@pytest.mark.parametrize(
    ("timezone", "found"), [("Pacific/Kiritimati", ["Late"]), ("Etc/GMT+12", [])]
)
def test_today_is_the_tenants(cast, make, timezone, found):
    """The two live 26 hours apart, so that it is never the same day there."""
    cast.tenant("initech", timezone=timezone)
    caller = cast.caller("operator", tenant="initech")
    with clock.hold(clock.utcnow()):
        first = clock.utcnow().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
        make(caller, title="Late", due_date=(first - timedelta(days=1)).isoformat())

        assert titles(caller.get(f"{URL}?overdue=true")) == found


def test_a_persons_tasks_are_found_by_id_and_by_me(operator, viewer, make):
    make(title="Hers")
    make(title="His", assigned_user_id=viewer.actor.user_id)

    assert titles(viewer.get(f"{URL}?assigned_user_id=me")) == ["His"]
    assert titles(operator.get(f"{URL}?assigned_user_id={viewer.actor.user_id}")) == ["His"]
    assert titles(operator.get(f"/api/v1/users/{viewer.actor.user_id}/tasks")) == ["His"]
    assert titles(operator.get(f"/api/v1/users/{viewer.actor.user_id}/tasks?status=closed")) == []


def test_a_machine_has_no_tasks_of_its_own(cast):
    response = cast.key_caller("servicenow").get(f"{URL}?assigned_user_id=me")

    assert (response.status_code, list(response.json["details"])) == (400, ["assigned_user_id"])


def test_the_tasks_of_another_tenants_user_are_nobodys(operator, outsider):
    response = operator.get(f"/api/v1/users/{outsider.actor.user_id}/tasks")

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")
