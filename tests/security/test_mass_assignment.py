"""What a body holds beyond what its operation takes is refused or ignored, and never kept."""

import pytest

from tests.access_table import HOSTS_ONLY
from tests.support.bodies import Scene, body_for
from tests.support.operations import error_code, error_details, is_legacy
from tests.support.rows import dump, make_rows

# No row, no version and no epoch has this number.
NUMBER = 987_654_321
WORD = "zqx-assigned"
MOMENT = "2001-02-03T04:05:06Z"
# What the system says of a row and no caller does, by the names of columns and of answers.
NUMBERS = (
    *("id", "tenant_id", "version", "created_by", "created_by_id", "owner_user_id", "api_key_id"),
    *("auth_epoch", "failed_logins", "attempt", "user_id", "maker_id", "position"),
)
FLAGS = ("is_platform_admin", "is_system", "is_suspended", "is_superuser", "is_deleted")
WORDS = (
    *("password_hash", "token_hash", "secret_hash", "username_key", "search_text", "hash"),
    *("repository_password", "repository_location", "suspended_reason", "actor", "__class__"),
)
MOMENTS = ("created_at", "updated_at", "deleted_at", "locked_until", "lease_until", "verified_at")
BEYOND = {
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys(FLAGS, True),
    **dict.fromkeys(WORDS, WORD),
    **dict.fromkeys(MOMENTS, MOMENT),
}

# A script's post that is mended is judged as that script's, which tells of the first few.
FIRST_ONLY = {"POST /api/v1/rejected-reports/{report_id}/accept"}


@pytest.fixture
def writes(operations):
    """Each operation that takes a JSON body; a refused claim leaves a run for the next one."""
    found = [door for door in operations if door.operation.body and not door.operation.takes_form]
    return sorted(found, key=lambda door: door.name.endswith("/claim"))


@pytest.fixture
def call(cast, admin, chief, document):
    """Each operation with a body that is right, but for what is put into it."""

    def write(door, **more):
        caller = cast.runner() if door.name in HOSTS_ONLY else chief
        rows = make_rows(cast, admin, door.parameters)
        body = body_for(door, Scene(cast, admin, rows), document) or {}
        return caller.call(door.method, door.path(rows), json={**body, **more})

    return write


def beyond(door):
    """What of BEYOND the operation declares no field for."""
    return {name: value for name, value in BEYOND.items() if name not in fields_of(door)}


def fields_of(door):
    declared = door.operation.body.fields.items()
    return {field.data_key or name for name, field in declared if not field.dump_only}


def names(response, door):
    """It refuses what is beyond, each by its name but for what a change may send back."""
    if (response.status_code, error_code(response.json)) != (400, "VALIDATION_ERROR"):
        return False
    told, refused = (
        set(error_details(response.json)),
        set(beyond(door)) - door.operation.body.ignores,
    )
    return bool(told & refused) if door.name in FIRST_ONLY else told >= refused


def kept(rows):
    """Each value of every table that nobody but these tests has."""
    return [
        (table, name, value)
        for table, found in rows.items()
        for row in found
        for name, value in row.items()
        if value == NUMBER or WORD in str(value) or "2001-02-03" in str(value)
    ]


def test_every_field_beyond_is_refused_by_its_name_or_ignored_and_never_kept(writes, call, cast):
    wrong = {}
    for door in writes:
        sent = beyond(door)
        response = call(door, **sent)
        # Scripts in the field send more than is asked for, and are not turned away for it.
        is_right = response.status_code < 300 if is_legacy(door.rule) else names(response, door)
        if not is_right:
            wrong[door.name] = f"{response.status_code} {response.text}"

    assert wrong == {}
    assert kept(dump(cast)) == []


def test_what_a_change_may_send_back_changes_nothing_by_it(writes, call, cast):
    """Fetch, change, put: the read-only fields come back, and are not believed."""
    ignoring = [door for door in writes if set(getattr(door.operation.body, "ignores", ()))]

    answers = {}
    for door in ignoring:
        sent = {name: BEYOND.get(name, WORD) for name in door.operation.body.ignores}
        answers[door.name] = call(door, **sent).status_code

    assert answers == dict.fromkeys(answers, 200)
    assert len(answers) > 5
    assert kept(dump(cast)) == []


def test_nobody_becomes_a_platforms_administrator_by_a_body(writes, call, cast):
    flagged = {door.name for door in writes if "is_platform_admin" in fields_of(door)}

    assert flagged == set()


@pytest.mark.parametrize("field", ["tenant_id", "tenant"])
def test_nothing_goes_to_another_tenant_by_a_body(field, operator, cast):
    """The tenant is the caller's; only a sign-in names one, of its own."""
    task = {"title": "Swap the tapes", "priority": "high", field: cast.tenant("globex")}

    response = operator.post("/api/v1/tasks", task)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
