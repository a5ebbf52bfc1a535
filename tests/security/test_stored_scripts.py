"""Markup and SQL that people write into a body stay text: kept as written, told as JSON."""

import itertools

import pytest

from app.core.logging import MASK
from tests.access_table import HOSTS_ONLY
from tests.support.attacks import found, name_of, planted, statements, text_places
from tests.support.bodies import Scene, body_for
from tests.support.operations import error_details
from tests.support.rows import make_rows

WORD = "zqx"
# In less than 50 characters: a tag is no longer.
MARKUP = "'\"><script>alert(1)</script>' OR 1=1;-- \\ %s"
# What signs in is no text that is kept; a wrong one of these is an answer of its own.
CREDENTIALS = {
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/reset-password",
    "POST /api/v1/auth/switch",
    "POST /api/v1/auth/token",
    "PUT /api/v1/auth/me/password",
}


@pytest.fixture
def writes(operations, document):
    """Each operation with each place of its body that takes text; a refused claim leaves a run
    for the next one."""
    return [
        (door, text_places(document, door))
        for door in sorted(operations, key=lambda door: door.name.endswith("/claim"))
        if door.name not in CREDENTIALS and text_places(document, door)
    ]


@pytest.fixture
def call(cast, admin, chief, document):
    """Each operation with a text in each such place, one at a time, and what it answered."""

    numbers = itertools.count(1)

    def write(door, places):
        caller, made = cast.runner() if door.name in HOSTS_ONLY else chief, None
        for place in places:
            if made is None:
                rows = make_rows(cast, admin, door.parameters)
                made = door.path(rows), body_for(door, Scene(cast, admin, rows), document)
            path, body = made
            # Names are taken once.
            text = f"{WORD}{next(numbers)}{MARKUP}"
            response = caller.call(door.method, path, json=planted(body, place, text))
            yield place, text, response
            made = made if response.status_code == 400 else None

    return write


def is_kept_as_written(response, place, text):
    """It is shown as it was sent, or not at all, or refused by its name."""
    if response.status_code == 400:
        # What stands beside it may be missed in its place.
        return place[0] in {name.split(".")[0] for name in error_details(response.json)}
    shown = found(response.json, ("data", *place))
    return response.status_code < 300 and shown in (text, None, MASK)


def test_stays_text_in_every_field_of_every_body(writes, call):
    wrong, kept = {}, 0
    with statements() as heard:
        for door, places in writes:
            for place, text, response in call(door, places):
                kept += found(response.json, ("data", *place)) == text
                is_json = response.mimetype == "application/json"
                if not (is_json and is_kept_as_written(response, place, text)):
                    wrong[f"{door.name} {name_of(place)}"] = response.text

    assert wrong == {}
    assert [statement for statement in heard if WORD in statement] == []
    assert kept > 30


def test_no_answer_that_could_hold_it_is_of_a_type_that_runs(document):
    types = {
        kind
        for _, operation in document.operations()
        for answer in operation["responses"].values()
        for kind in answer.get("content", {})
    }

    assert types == {"application/json", "text/plain"}


def test_a_log_is_plain_text_whatever_a_host_wrote(cast, viewer):
    host = cast.runner()
    job = cast.create_job(runner=host.username)
    run = cast.caller("operator").post(f"/api/v1/backups/{job.id}/run", {}).json["data"]
    path = f"/api/v1/executions/{run['execution_id']}"
    host.post("/api/v1/runners/claim", {})
    host.post(f"{path}/complete", {"status": "failed", "log": [MARKUP]})

    answer = viewer.get(f"{path}/log")

    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert MARKUP in answer.text
