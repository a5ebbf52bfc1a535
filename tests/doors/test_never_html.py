"""Whatever is asked of whatever address, the answer is JSON and never a page."""

import pytest

from tests.support.operations import doors, error_code

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW")
ODD_PATHS = (
    "/",
    "//",
    "/.",
    "/..",
    "/../../etc/passwd",
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api//v1/health",
    "/api/v1/health/",
    "/api/v1/backups/",
    "/api/v1/backups/.",
    "/api/v1/backups/1/",
    "/api/v1/backups/x",
    "/api/v1/backups/\x00",
    "/api/v1/backups/\u65e5\u672c",
    "/api/v1/" + "x" * 20_000,
    "/api/v2/backups",
    "/api/backup",
    "/api/backup/",
    "/api/backup/nothing",
    "/api/docs/files/",
    "/api/docs/nothing",
    "/static/x",
    "/favicon.ico",
)
ODD_FILES = (
    ".",
    "..",
    "../__init__.py",
    "/etc/passwd",
    "\x00",
    "" + "x" * 5_000,
)


def ask(caller, method, path):
    """Call a path as the server would hand it over, not as a client would tidy it."""
    raw = path.encode().decode("latin-1")
    return caller.call(method, "/", environ_overrides={"PATH_INFO": raw})


def is_json_refusal(response, status):
    return (
        response.status_code == status
        and response.mimetype == "application/json"
        and response.json["success"] is False
        and bool(error_code(response.json))
    )


@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_path_is_404_in_json_for_every_method(admin, path):
    answers = {method: ask(admin, method, path) for method in METHODS}

    assert [m for m, answer in answers.items() if not is_json_refusal(answer, 404)] == []


@pytest.mark.parametrize("name", ODD_FILES)
def test_a_file_that_is_none_of_the_pages_is_404_in_json(anonymous, name):
    response = ask(anonymous, "GET", f"/api/docs/files/{name}")

    assert is_json_refusal(response, 404)


def test_a_method_that_an_address_does_not_take_is_405_and_names_those_it_takes(app, admin):
    taken = {}
    for door in doors(app):
        taken.setdefault(door.path(dict.fromkeys(door.parameters, "1")), set()).add(door.method)

    wrong = []
    for path, methods in taken.items():
        for method in set(METHODS) - methods:
            response = admin.call(method, path)
            allowed = set(response.headers.get("Allow", "").split(", "))
            if not is_json_refusal(response, 405) or not methods <= allowed:
                wrong.append(f"{method} {path}: {response.status_code} {response.text}")

    assert wrong == []


def test_a_slash_at_the_end_of_an_address_is_404_and_no_redirect(operations, admin):
    answers = {
        str(door): ask(admin, door.method, door.path(dict.fromkeys(door.parameters, "1")) + "/")
        for door in operations
    }

    assert [door for door, answer in answers.items() if not is_json_refusal(answer, 404)] == []


def test_only_the_docs_page_is_html(app, admin, anonymous):
    pages = set()
    for door in doors(app):
        path = door.path(dict.fromkeys(door.parameters, "1"))
        for caller in (admin, anonymous):
            for method in (door.method, "OPTIONS", "HEAD"):
                if caller.call(method, path).mimetype == "text/html":
                    pages.add(path)

    assert pages == {"/api/docs"}


def test_a_range_beyond_a_file_is_no_failure_of_ours(anonymous):
    path = "/api/docs/files/swagger-ui.css"

    with anonymous.get(path, headers={"Range": "bytes=99999999-"}) as response:
        assert response.status_code == 200
