"""Whatever is sent as a cursor to a list is a place in that list, or 400 on `cursor`."""

import base64
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.operations import doors
from tests.support.rows import keep_alert, keep_event, keep_invite, keep_run, make_rows

SIZE = 2
HOME, ABROAD = "acme", "globex"
ODD_VALUES = st.sampled_from(
    [
        *(None, True, -1, 0, 2**63 - 1, 2**63, 1.5, "", "a\x00b", "\ud800", "ü" * 300, {}, [[]]),
        *({"t": f"{year}-01-01T00:00:00Z"} for year in ("0000", "0001", "2026", "9999")),
        *({"t": "9999-12-31T23:59:59-23:59"}, {"t": "2026-06-30T23:59:60Z"}, {"t": 5}),
    ]
)


class Lists:
    """Every list of the API that is read by cursor, as both tenants see it."""

    def __init__(self, callers, ids, found):
        self.callers, self._ids, self.doors = callers, ids, found
        self.orders = {door.name: [None, *self._words(door)] for door in found}
        self.rows, self.cursors = {}, {}
        for tenant in callers:
            for door in found:
                for order in self.orders[door.name]:
                    self._read(tenant, door, order)

    def get(self, tenant, door, order, **query):
        query |= {"sort": order} if order else {}
        path = door.path(self._ids[tenant])
        return self.callers[tenant].get(path, query_string=query)

    def _words(self, door):
        """By what it can be sorted, as its refusal tells; each way of two of them."""
        refusal = self.get(HOME, door, "?").json["details"]["sort"][0]
        words = re.findall(r"\w+", refusal.partition(":")[2])
        return [words[0], f"-{words[-1]}", f"{words[-1]},-{words[0]}"]

    def _read(self, tenant, door, order):
        whole = self.get(tenant, door, order, page_size=100)
        if whole.status_code == 404:
            # The other tenant has none of what this list belongs to.
            return
        self.rows[tenant, door.name, order] = [key_of(row) for row in whole.json["data"]]
        cursor = self.get(tenant, door, order, page_size=1).json["meta"]["next_cursor"]
        if cursor:
            self.cursors[tenant, door.name, order] = cursor


def key_of(row):
    return next(row[name] for name in ("id", "user_id", "backup_id", "caller") if name in row)


@pytest.fixture
def lists(app, cast):
    """Lists with a few rows of each tenant, as far as their people may make some."""
    found = [
        door
        for door in doors(app)
        if door.operation and door.operation.query and "cursor" in door.operation.query.fields
    ]
    names = {name for door in found for name in door.parameters}
    callers = {
        tenant: cast.caller("admin", tenant=tenant, is_platform_admin=True)
        for tenant in (HOME, ABROAD)
    }
    ids = {tenant: fill(cast, tenant, caller) for tenant, caller in callers.items()}
    ids[HOME] = make_rows(cast, callers[HOME], names - set(ids[HOME])) | ids[HOME]
    return Lists(callers, {tenant: ids[HOME] | ids[tenant] for tenant in ids}, found)


def fill(cast, tenant, caller):
    """Some rows of this tenant, and the ids of those that hold others."""
    for number in range(4):
        job_id = cast.create_job(tenant, backup_tool="veeam").id
        body = {"name": f"Vault {number}", "location_type": "offsite", "media_type": "tape"}
        make(caller, f"/api/v1/backups/{job_id}/copies", body)
        cast.user("viewer", tenant)
        keep_alert(cast, tenant)
        keep_event(cast, tenant)
        keep_invite(cast, tenant)
        make(caller, "/api/v1/auth/api-keys", {"name": f"key {number}", "role": "reporter"})
        make(caller, "/api/v1/runners", {"name": f"host-{number}"})
        task_id = make(caller, "/api/v1/tasks", {"title": f"Task {number}", "priority": "high"})
        make(caller, f"/api/v1/tasks/{task_id}/comments", {"content": "Seen."})
        make(caller, f"/api/v1/tasks/{task_id}/comments", {"content": "Done."})
        channel = {"kind": "email", "recipients": ["ops@example.com"]}
        make(caller, "/api/v1/notification-channels", {**channel, "name": f"Channel {number}"})
        report = {"job_id": job_id, "execution_result": "success"}
        assert caller.post("/api/backup/status", report).status_code == 201
        caller.post("/api/backup/status", {"job_id": 0})
    if tenant == HOME:
        keep_run(cast, job_id)
    return {
        "job_id": job_id,
        "backup_id": job_id,
        "task_id": task_id,
        "user_id": caller.actor.user_id,
    }


def make(caller, path, body):
    response = caller.post(path, body)
    assert response.status_code == 201, response.text
    return response.json["data"]["id"]


@st.composite
def spoilt(draw, cursor):
    """The cursor cut, changed in a place or in a value, or grown."""
    place = draw(st.integers(0, len(cursor)))
    how = draw(st.sampled_from(["kept", "cut", "changed", "value", "order", "other"]))
    if how == "cut":
        return cursor[:place]
    if how == "changed":
        return cursor[:place] + draw(st.text(max_size=2)) + cursor[place + 1 :]
    if how == "other":
        return draw(st.text(max_size=40))
    if how == "kept":
        return cursor
    order, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if how == "order":
        order = draw(st.sampled_from([None, "id", "-id", 5, []]))
    else:
        values[draw(st.integers(0, len(values) - 1))] = draw(ODD_VALUES)
    return base64.urlsafe_b64encode(json.dumps([order, values]).encode()).decode().rstrip("=")


def test_every_list_goes_on_where_its_own_cursor_says(lists):
    wrong = []
    for (tenant, name, order), cursor in lists.cursors.items():
        door = next(door for door in lists.doors if door.name == name)
        answer = lists.get(tenant, door, order, cursor=cursor, page_size=SIZE)
        keys = [key_of(row) for row in answer.json["data"]]
        if keys != lists.rows[tenant, name, order][1 : SIZE + 1]:
            wrong.append((tenant, name, order, keys))

    assert wrong == []
    # What follows would prove little of empty lists.
    assert len({name for tenant, name, _ in lists.cursors if tenant == ABROAD}) >= 12


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_cursor_is_a_place_in_the_list_or_refused(lists, data):
    door = data.draw(st.sampled_from(lists.doors))
    order = data.draw(st.sampled_from(lists.orders[door.name]))
    own = [kept for kept in lists.cursors if kept[1] == door.name]
    kept = data.draw(st.sampled_from(own if own and data.draw(st.booleans()) else [*lists.cursors]))
    cursor = data.draw(spoilt(lists.cursors[kept]))

    answer = lists.get(HOME, door, order, cursor=cursor, page_size=SIZE)

    if answer.status_code == 200:
        rows = lists.rows[HOME, door.name, order]
        pages = [rows[first : first + SIZE] for first in range(len(rows) + 1)]
        assert [key_of(row) for row in answer.json["data"]] in pages
    else:
        assert (answer.status_code, answer.json["error"]) == (400, "VALIDATION_ERROR")
        assert list(answer.json["details"]) == ["cursor"]
