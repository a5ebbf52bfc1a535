"""GET /dashboard/tasks-stats: tasks by status and priority, and one's own."""

from datetime import timedelta

from app.core import clock


def make(caller, **fields):
    body = {"title": "Swap the tapes", "priority": "medium", **fields}
    return caller.post("/api/v1/tasks", body).json["data"]


def go(caller, task, *statuses):
    for status in statuses:
        path = f"/api/v1/tasks/{task['id']}/status"
        assert caller.patch(path, {"status": status}).status_code == 200


def test_counts_what_is_to_be_done_and_what_was_done(show, operator, admin):
    yesterday = (clock.utcnow() - timedelta(days=2)).date().isoformat()
    make(operator, priority="high", due_date=yesterday)
    go(operator, make(operator), "in_progress")
    go(operator, make(operator, due_date=yesterday), "in_progress", "closed")
    admin.delete(f"/api/v1/tasks/{make(operator)['id']}")

    data = show("tasks-stats")

    assert data["by_status"] == {"open": 1, "in_progress": 1, "closed": 1}
    assert (data["by_priority"]["medium"], data["by_priority"]["high"]) == (2, 1)
    assert data["unfinished_by_priority"]["medium"] == 1
    assert (data["total"], data["created"], data["closed"], data["overdue"]) == (3, 3, 1, 1)
    assert data["completion_rate"] == 33.33
    assert show("overview")["tasks"] == {"open": 1, "in_progress": 1, "overdue": 1}


def test_mine_are_those_assigned_to_the_caller(operator, cast):
    own = operator.actor.user_id
    make(operator, assigned_user_id=own)
    make(operator)

    mine = operator.get("/api/v1/dashboard/tasks-stats").json["data"]["mine"]
    machines = cast.key_caller("toolbox").get("/api/v1/dashboard/tasks-stats").json["data"]["mine"]

    assert mine == {"open": 1, "in_progress": 0, "overdue": 0}
    assert machines == {"open": 0, "in_progress": 0, "overdue": 0}


def test_a_tenant_without_tasks_has_no_rate(show):
    assert show("tasks-stats")["completion_rate"] is None
