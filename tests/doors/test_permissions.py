"""The permission decides before anything else is looked at, and nothing but the permission."""

import pytest

from app.users.values import PERMISSIONS
from tests.access_table import ACCESS, OTHERS, PEOPLE_ONLY, PLATFORM
from tests.support.operations import error_code, error_details, is_for_platform, is_legacy
from tests.support.rows import make_rows

NOBODYS = 999_999_999
# One that no door asks for.
IDLE = "trends:read"


@pytest.fixture
def guarded(operations):
    """The doors that ask for a permission."""
    return [door for door in operations if door.operation.permission]


@pytest.fixture
def for_keys(operations):
    """The doors that an API key may come through, if it has what the table says."""
    lines = {
        line
        for line, (_, roles) in ACCESS.items()
        if roles != PLATFORM and line not in PEOPLE_ONLY and not roles.startswith("anonymous")
    }
    return [door for door in operations if door.name in lines]


@pytest.fixture
def key_of(cast, admin):
    """A key with these permissions, made by whoever has them all; the same one for the same."""
    made = {}
    maker = cast.caller("admin")

    def key(permissions):
        kept = frozenset(permissions)
        if kept not in made:
            made[kept] = cast.key_caller(permissions=sorted(kept), maker=maker)
        return made[kept]

    return key


def path_of(door):
    return door.path(dict.fromkeys(door.parameters, NOBODYS))


def knock(caller, door, **options):
    """Call with a query and a body that nobody takes: only the guard comes before them."""
    given = {"data": b"{", **options}
    return caller.call(door.method, path_of(door) + "?nonsense=1", **given)


@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_judges_the_permission_before_the_body_and_the_query(guarded, cast, content_type):
    assert IDLE not in {door.operation.permission for door in guarded}
    powerless = cast.key_caller(permissions=[IDLE])

    answers = {
        str(door): knock(powerless, door, content_type=content_type).status_code for door in guarded
    }

    assert answers == dict.fromkeys(answers, 403)


def test_lets_a_key_pass_that_has_just_the_permission_of_the_table(for_keys, key_of):
    answers = {}
    for door in for_keys:
        answers[str(door)] = knock(key_of({ACCESS[door.name][0] or IDLE}), door).status_code

    # Past the guard the nonsense is refused; a legacy read does not judge it and finds no job.
    legacy_reads = {str(d) for d in for_keys if is_legacy(d.rule) and d.method == "GET"}
    assert answers == {door: 404 if door in legacy_reads else 400 for door in answers}


def test_refuses_a_key_that_has_every_permission_but_that(for_keys, key_of):
    wrong = {}
    for door in for_keys:
        permission = ACCESS[door.name][0]
        if permission is None:
            continue
        response = knock(key_of(PERMISSIONS - {permission, *door.operation.instead}), door)
        told = response.status_code, error_code(response.json), error_details(response.json)
        if told != (403, "FORBIDDEN", {"required": permission}):
            wrong[str(door)] = f"{response.status_code} {response.text}"

    assert wrong == {}


def test_what_others_made_asks_of_a_key_for_the_permission_over_it(
    for_keys, key_of, cast, admin, document
):
    wrong = {}
    for door in (door for door in for_keys if door.name in OTHERS):
        permission = OTHERS[door.name][0]
        path = door.path(make_rows(cast, admin, door.parameters))
        keys = {403: key_of(PERMISSIONS - {permission}), door.operation.status: key_of(PERMISSIONS)}
        for status, caller in keys.items():
            response = caller.call(door.method, path, json=document.body(door))
            if response.status_code != status:
                wrong[str(door)] = f"{response.status_code} {response.text}"

    assert wrong == {}


def test_only_the_platforms_doors_see_every_tenant(operations):
    beyond = {str(door) for door in operations if door.operation.is_across_tenants}

    assert beyond == {str(door) for door in operations if is_for_platform(door)}
