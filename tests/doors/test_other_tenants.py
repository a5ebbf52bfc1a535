"""An id of another tenant is 404 at every door, and nothing changes behind it."""

import pytest

from tests.support.operations import error_code, is_for_platform, is_legacy
from tests.support.rows import dump

NOWHERE = 987_654_321
# Both answers have the same trace, so that nothing else of them may differ either.
TRACE = {"X-Request-ID": "one-of-two"}
UNKNOWN = {"NOT_FOUND", "JOB_NOT_FOUND", "COPY_NOT_FOUND"}


@pytest.fixture
def id_doors(id_doors):
    """The doors to tenants themselves aside: a tenant is no row of another one."""
    return [door for door in id_doors if not is_for_platform(door)]


def code_of_unknown(door):
    """What a door says of an id that its caller cannot see."""
    return "JOB_NOT_FOUND" if is_legacy(door.rule) else "NOT_FOUND"


def test_answers_404_for_a_row_of_another_tenant(id_doors, rows, outsider, document):
    wrong = {}
    for door in id_doors:
        response = outsider.call(door.method, door.path(rows), json=document.body(door))
        if (response.status_code, error_code(response.json)) != (404, code_of_unknown(door)):
            wrong[str(door)] = f"{response.status_code} {response.text}"

    assert wrong == {}


def test_answers_as_for_a_row_that_is_nowhere(id_doors, rows, outsider, document):
    wrong = {}
    for door in id_doors:
        theirs, nowhere = (
            outsider.call(door.method, door.path(ids), json=document.body(door), headers=TRACE)
            for ids in (rows, dict.fromkeys(rows, NOWHERE))
        )
        # The row that an address is about is the first that it names.
        expected = nowhere.text.replace(str(NOWHERE), str(rows[door.parameters[0]]))
        if theirs.text != expected:
            wrong[str(door)] = theirs.text, nowhere.text

    assert wrong == {}


def test_changes_nothing_of_another_tenant(id_doors, rows, outsider, document, cast):
    before = dump(cast)

    for door in id_doors:
        outsider.call(door.method, door.path(rows), json=document.body(door))

    assert dump(cast) == before


def test_knows_the_same_rows_when_their_own_tenant_asks(id_doors, rows, admin):
    reads = [door for door in id_doors if door.method == "GET"]

    codes = {str(door): error_code(admin.get(door.path(rows)).json) for door in reads}

    assert {door for door, code in codes.items() if code in UNKNOWN} == set()
