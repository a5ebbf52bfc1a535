"""Nobody of a suspended tenant comes in anywhere, but that the status posts of its scripts land."""

import pytest

from tests.access_table import ACCESS, REPORTERS
from tests.support.bodies import Scene, body_for
from tests.support.oauth import token_of
from tests.support.operations import error_code
from tests.support.rows import dump, make_rows

POSTS = {line for line, (_, roles) in ACCESS.items() if roles == REPORTERS}


def suspended(cast):
    """Acme, whose callers were all at work a moment ago."""
    platform = cast.caller("viewer", tenant="globex", is_platform_admin=True)
    response = platform.post(f"/api/v1/tenants/{cast.tenant('acme')}/suspend")
    assert response.status_code == 200


def let_in_or_told_else(caller, doors):
    """What the doors answer other than that the tenant is suspended."""
    wrong = {}
    for door in doors:
        path = door.path(dict.fromkeys(door.parameters, "1"))
        response = caller.call(door.method, path)
        if (response.status_code, error_code(response.json)) != (403, "TENANT_SUSPENDED"):
            wrong[door.name] = f"{response.status_code} {response.text}"
    return wrong


@pytest.fixture
def closed(operations):
    """The doors that are not public."""
    return [door for door in operations if not door.operation.is_public]


COMERS = {
    "a person": lambda cast: cast.caller("admin"),
    "a platform admin of it": lambda cast: cast.caller("admin", is_platform_admin=True),
    "a runner": lambda cast: cast.runner(),
    "a key that only reads": lambda cast: cast.key_caller("viewer"),
    "a token of a key that only reads": lambda cast: token_of(cast.key_caller("viewer")),
}
REPORTING = {
    "a key of every permission": lambda cast: cast.key_caller("admin"),
    "a key that only reports": lambda cast: cast.key_caller("reporter"),
    "a token of a key of every permission": lambda cast: token_of(cast.key_caller("admin")),
}


@pytest.mark.parametrize("come", COMERS.values(), ids=COMERS)
def test_nobody_comes_in(come, cast, closed):
    caller = come(cast)
    assert caller.get("/api/v1/auth/me").status_code == 200
    suspended(cast)

    assert let_in_or_told_else(caller, closed) == {}


@pytest.mark.parametrize("come", REPORTING.values(), ids=REPORTING)
def test_who_may_report_does_nothing_but_report(come, cast, closed):
    caller = come(cast)
    assert caller.get("/api/v1/auth/me").status_code == 200
    suspended(cast)

    wrong = let_in_or_told_else(caller, [door for door in closed if door.name not in POSTS])

    assert wrong == {}


@pytest.mark.parametrize("come", REPORTING.values(), ids=REPORTING)
def test_what_it_reports_lands(come, cast, admin, closed, document):
    caller = come(cast)
    posts = []
    for door in (door for door in closed if door.name in POSTS):
        rows = make_rows(cast, admin, door.parameters)
        posts.append((door, door.path(rows), body_for(door, Scene(cast, admin, rows), document)))
    suspended(cast)

    for door, path, body in posts:
        before = dump(cast)
        response = caller.call(door.method, path, json=body)

        assert response.status_code == door.operation.status, response.text
        assert (dump(cast) != before) is (door.method == "POST"), door.name
