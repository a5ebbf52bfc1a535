"""An id that no row has is 404 at every door, however large it is."""

import pytest

from tests.support.operations import error_code, is_legacy

NOBODYS = 999_999_999


def test_answers_404_for_an_id_that_nothing_has(id_doors, chief, document):
    wrong = {}
    for door in id_doors:
        path = door.path(dict.fromkeys(door.parameters, NOBODYS))
        response = chief.call(door.method, path, json=document.body(door))
        code = "JOB_NOT_FOUND" if is_legacy(door.rule) else "NOT_FOUND"
        if (response.status_code, error_code(response.json)) != (404, code):
            wrong[str(door)] = f"{response.status_code} {response.text}"

    assert wrong == {}


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**400, 0, "-1", "1.0", "١", "%00", "null"])
def test_answers_404_for_what_no_key_can_be(id_doors, chief, document, number):
    wrong = {}
    for door in id_doors:
        path = door.path(dict.fromkeys(door.parameters, number))
        response = chief.call(door.method, path, json=document.body(door))
        if response.status_code != 404 or response.json["success"] is not False:
            wrong[str(door)] = f"{response.status_code} {response.text}"

    assert wrong == {}
