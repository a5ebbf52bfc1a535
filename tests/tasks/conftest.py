"""Tasks to start from."""

import pytest

URL = "/api/v1/tasks"


@pytest.fixture
def make(operator):
    """Write a task down; gives what the answer shows of it."""

    def call(caller=operator, **fields):
        body = {"title": "Swap the tapes", "priority": "medium", **fields}
        response = caller.post(URL, body)
        assert response.status_code == 201, response.text
        return response.json["data"]

    return call


@pytest.fixture
def go(operator):
    """Move a task along these statuses."""

    def call(task, *statuses):
        for status in statuses:
            response = operator.patch(f"{URL}/{task['id']}/status", {"status": status})
            assert response.status_code == 200, response.text
        return task

    return call
