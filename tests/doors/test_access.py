"""Every operation, tried by every role, as a person and as an API key, against the table."""

import pytest

from tests.access_table import ACCESS, FINER, HOSTS_ONLY, OTHERS, PEOPLE_ONLY, PLATFORM, ROLES
from tests.support.bodies import Scene, body_for
from tests.support.operations import doors, error_code, error_details
from tests.support.rows import dump, make_rows

KEY = "an API key of role "
ANONYMOUS = "anonymous"
# The flag is for work on tenants; inside one it opens no door that the role does not.
FLAGGED = "a platform admin who is viewer"
HOST = "a registered runner"
CALLERS = (ANONYMOUS, *ROLES, *(KEY + role for role in ROLES), FLAGGED, HOST)
FILE = {"name": "swagger-ui.css"}


@pytest.fixture
def table(app):
    """The doors under the names that the table gives them."""
    return {door.name: door for door in doors(app)}


@pytest.fixture
def come(cast, admin, anonymous):
    """Whoever is called that in CALLERS."""

    def caller(name):
        if name == ANONYMOUS:
            return anonymous
        if name == FLAGGED:
            return cast.caller("viewer", is_platform_admin=True)
        if name == HOST:
            return cast.runner()
        if name.startswith(KEY):
            return cast.key_caller(name.removeprefix(KEY), maker=admin)
        return cast.caller(name)

    return caller


@pytest.fixture
def prepare(cast, admin, document):
    """The path of a door to new rows, and a body with which it succeeds."""

    def request(door):
        names = [name for name in door.parameters if name not in FILE]
        rows = {**FILE, **make_rows(cast, admin, names)}
        return door.path(rows), body_for(door, Scene(cast, admin, rows), document)

    return request


def asked(line):
    """What is asked of whoever comes to the rows here, which the administrator has made."""
    return OTHERS.get(line, ACCESS[line])


def is_named(name, line, roles):
    """The table's roles, read for one of CALLERS."""
    if roles == PLATFORM:
        return name == FLAGGED
    if line in HOSTS_ONLY:
        return name == HOST
    if name == HOST:
        return line not in PEOPLE_ONLY and "runner" in roles.split()
    if name.startswith(KEY):
        return line not in PEOPLE_ONLY and name.removeprefix(KEY) in roles.split()
    return ("viewer" if name == FLAGGED else name) in roles.split()


def may(name, line):
    return is_named(name, line, asked(line)[1])


def lacking(name, line):
    """The permission that a refusal tells of: the operation's, or the one for what is others'."""
    is_in = is_named(name, line, ACCESS[line][1])
    return asked(line)[0] if is_in else ACCESS[line][0]


def is_refused(response, name, permission):
    code, details = error_code(response.json), error_details(response.json)
    if name == ANONYMOUS:
        return (response.status_code, code) == (401, "AUTHENTICATION_REQUIRED")
    told = {"required": permission} if permission else {}
    return (response.status_code, code, details) == (403, "FORBIDDEN", told)


def test_the_table_names_every_address_of_the_application(table):
    unnamed = sorted(set(table) - set(ACCESS))

    assert unnamed == [], "Say in tests/access_table.py who may call these."


def test_the_table_names_no_address_that_is_not_there(table):
    stale = sorted(set(ACCESS) - set(table))

    assert stale == [], "Remove these from tests/access_table.py: nothing answers there."


@pytest.mark.parametrize("name", CALLERS)
def test_each_caller_succeeds_where_the_table_names_it(name, table, come, prepare):
    caller = come(name)
    wrong = {}
    for line in filter(lambda line: may(name, line), ACCESS):
        door = table[line]
        expected = door.operation.status if door.operation else 200
        path, body = prepare(door)
        with caller.call(door.method, path, json=body) as response:
            if response.status_code != expected:
                wrong[line] = f"{response.status_code} {response.text}"

    assert wrong == {}


@pytest.mark.parametrize("name", CALLERS)
def test_each_caller_is_refused_everywhere_else_and_writes_nothing(
    name, table, come, cast, admin, document
):
    caller = come(name)
    closed = [line for line in ACCESS if not may(name, line)]
    rows = make_rows(cast, admin, {part for line in closed for part in table[line].parameters})
    before = dump(cast)
    wrong = {}
    for line in closed:
        door = table[line]
        response = caller.call(door.method, door.path(rows), json=document.body(door))
        if not is_refused(response, name, lacking(name, line)):
            wrong[line] = f"{response.status_code} {response.text}"

    assert wrong == {}
    assert dump(cast) == before


@pytest.mark.parametrize(("line", "field"), FINER)
def test_a_field_asks_for_more_than_its_operation(line, field, table, come, prepare):
    permission, roles = FINER[line, field]
    door = table[line]
    wrong = {}
    for name in CALLERS:
        if not may(name, line):
            continue
        path, body = prepare(door)
        response = come(name).call(door.method, path, json={**body, field: True})
        if is_named(name, line, roles):
            is_right = response.status_code == door.operation.status
        else:
            is_right = is_refused(response, name, permission)
        if not is_right:
            wrong[name] = f"{response.status_code} {response.text}"

    assert wrong == {}
