"""What a new operation that changes something must not forget: If-Match, and fetch, change, put."""

import pytest

from tests.support.bodies import Scene, body_for
from tests.support.document import Document
from tests.support.operations import DOCUMENT_URL, doors
from tests.support.rows import make_rows

CHANGES = ("PUT", "PATCH", "DELETE")
# A password has no version that anybody could have read.
UNCONDITIONAL = {"PUT /api/v1/auth/me/password"}
STAMPS = {"updated_at", "version"}


@pytest.fixture
def editable(app):
    """The doors that replace what a GET at the same address shows."""
    found = doors(app)
    shown = {door.rule for door in found if door.operation and door.method == "GET"}
    return [door for door in found if door.method in ("PUT", "PATCH") and door.rule in shown]


@pytest.fixture(scope="module")
def document(migrated_app):
    return Document(migrated_app.test_client().get(DOCUMENT_URL).json)


@pytest.fixture
def rows(cast, admin, editable):
    return make_rows(cast, admin, {name for door in editable for name in door.parameters})


def shown(caller, path):
    return caller.get(path).json["data"]


def without_stamps(data):
    return {name: value for name, value in data.items() if name not in STAMPS}


def test_every_change_honours_if_match(app):
    unguarded = {
        str(door)
        for door in doors(app)
        if door.operation and door.method in CHANGES and not door.operation.is_conditional
    }

    assert unguarded == UNCONDITIONAL, (
        "Add @conditional to these views and hand `expected_version` on to `get_row`, or the "
        "change of one caller overwrites that of another unseen."
    )


def test_what_get_gave_can_be_put_back_and_changes_nothing(editable, rows, chief):
    before = {door: shown(chief, door.path(rows)) for door in editable}

    answers = {
        door: chief.call(door.method, door.path(rows), json=before[door]) for door in editable
    }

    refused = {
        str(door): answer.text for door, answer in answers.items() if answer.status_code != 200
    }
    assert refused == {}, (
        "Add `ignores = read_only_names(…)` of the shown schema to the update schema."
    )
    changed = {
        str(door): answer.text
        for door, answer in answers.items()
        if without_stamps(answer.json["data"]) != without_stamps(before[door])
    }
    assert changed == {}, "A PUT of what GET gave must leave everything as it is."


def test_a_version_that_never_was_changes_nothing(app, cast, admin, chief, document):
    conditional = [door for door in doors(app) if door.operation and door.operation.is_conditional]
    rows = make_rows(cast, admin, {name for door in conditional for name in door.parameters})

    scene = Scene(cast, admin, rows)

    answers = {
        str(door): chief.call(
            door.method,
            door.path(rows),
            json=body_for(door, scene, document),
            headers={"If-Match": '"v999"'},
        ).status_code
        for door in conditional
    }

    assert answers == dict.fromkeys(answers, 412), (
        "Hand `expected_version` on to `get_row`: If-Match was taken and not asked."
    )
