"""What a machine with an OAuth token may by its role: ServiceNow and Toolbox."""

import pytest


# contract-conventions: what the two roles may, of what there is so far.
@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (
            "servicenow",
            ["events:read", "tasks:read", "tasks:write", "comments:write"],
            ["GET /api/v1/backups", "GET /api/v1/auth/api-keys", "GET /api/v1/dashboard/overview"],
        ),
        (
            "toolbox",
            ["dashboard:read", "trends:read", "sessions:read", "toolbox:read"],
            ["GET /api/v1/backups", "GET /api/v1/tasks", "POST /api/v1/tasks"],
        ),
    ],
)
def test_a_role_of_a_machine_holds_its_own_and_no_more(token_of, cast, role, may, may_not):
    caller = token_of(cast.key_caller(role))

    assert caller.get("/api/v1/auth/me").json["data"]["permissions"] == sorted(may)
    for door in may_not:
        method, path = door.split()
        assert caller.call(method, path).json["error"] == "FORBIDDEN", door


def test_what_servicenow_is_for(token_of, cast):
    caller = token_of(cast.key_caller("servicenow"))

    made = caller.post("/api/v1/tasks", {"title": "Change the tape", "priority": "low"})
    task = made.json["data"]["id"]
    said = caller.post(f"/api/v1/tasks/{task}/comments", {"content": "On its way."})

    assert (made.status_code, said.status_code) == (201, 201)
    assert caller.get("/api/v1/events").status_code == 200


def test_what_toolbox_is_for(token_of, cast):
    caller = token_of(cast.key_caller("toolbox"))

    assert caller.get("/api/v1/dashboard/overview").status_code == 200
