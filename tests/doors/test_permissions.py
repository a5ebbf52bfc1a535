"""The permission decides before anything else is looked at, and nothing but the permission."""

import pytest

from tests.support.operations import is_for_platform, is_legacy

NOBODYS = 999_999_999


@pytest.fixture
def guarded(operations):
    """The doors that ask for a permission."""
    return [door for door in operations if door.operation.permission]


@pytest.fixture
def powerless(cast, guarded):
    """A key with a permission that no door asks for."""
    asked = {door.operation.permission for door in guarded}
    assert "trends:read" not in asked
    return cast.key_caller(permissions=["trends:read"])


def path_of(door):
    return door.path(dict.fromkeys(door.parameters, NOBODYS))


@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_judges_the_permission_before_the_body_and_the_query(guarded, powerless, content_type):
    answers = {
        str(door): powerless.call(
            door.method, path_of(door) + "?nonsense=1", data=b"{", content_type=content_type
        ).status_code
        for door in guarded
    }

    assert answers == dict.fromkeys(answers, 403)


def test_lets_a_caller_pass_who_has_just_the_permission(guarded, cast):
    guarded = [door for door in guarded if not is_for_platform(door)]
    keys = {
        permission: cast.key_caller(permissions=[permission])
        for permission in {door.operation.permission for door in guarded}
    }

    answers = {
        str(door): keys[door.operation.permission]
        .call(door.method, path_of(door) + "?nonsense=1", data=b"{")
        .status_code
        for door in guarded
    }

    # Past the guard the nonsense is refused; a legacy read does not judge it and finds no job.
    legacy_reads = {str(d) for d in guarded if is_legacy(d.rule) and d.method == "GET"}
    assert answers == {door: 404 if door in legacy_reads else 400 for door in answers}


def test_only_the_platforms_doors_see_every_tenant(operations):
    beyond = {str(door) for door in operations if door.operation.is_across_tenants}

    assert beyond == {str(door) for door in operations if is_for_platform(door)}
