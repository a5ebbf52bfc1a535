"""Each time and date that an operation takes, at the ends of the calendar: taken or 400 on it."""

import pytest

from tests.support.bodies import Scene, body_for
from tests.support.operations import error_details
from tests.support.rows import make_rows

MOMENTS = {
    "date-time": [
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z"),
        *("9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z", "2026-06-30T23:59:60Z"),
        *("1969-12-31T23:59:59.9999999+00:00", "2026-01-31T02:00:00", "2026-01-31"),
    ],
    "date": ["0001-01-01", "9999-12-31", "0000-01-01", "2026-02-29", "10000-01-01"],
}


@pytest.fixture
def takers(operations, document):
    """Each operation with the name and kind of a time or date in its query, and in its body."""
    found = []
    for door in operations:
        told = document.operation(door)
        for parameter in told.get("parameters", []):
            if parameter["in"] == "query" and parameter["schema"].get("format") in MOMENTS:
                found.append((door, "query", parameter["name"], parameter["schema"]["format"]))
        for content in told.get("requestBody", {}).get("content", {}).values():
            for name, schema in _properties(document, content["schema"]).items():
                if schema.get("format") in MOMENTS:
                    found.append((door, "json", name, schema["format"]))
    return found


def _properties(document, schema):
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved = document.raw["components"]["schemas"][name] if name else schema
    return resolved.get("properties", {})


def test_the_ends_of_the_calendar_are_taken_or_refused_by_name(
    takers, operations, cast, chief, document
):
    """The client itself refuses a 500, and any answer that the document does not tell of."""
    wrong = []
    for door, place, name, kind in takers:
        for moment in MOMENTS[kind]:
            rows = make_rows(cast, chief, door.parameters)
            body = body_for(door, Scene(cast, chief, rows), document)
            sent = {**(body or {}), name: moment} if place == "json" else body
            query = {name: moment} if place == "query" else None
            answer = chief.call(door.method, door.path(rows), query_string=query, json=sent)
            if answer.status_code >= 300 and name not in error_details(answer.json):
                wrong.append(f"{door} {name}={moment}: {answer.status_code} {answer.text}")
    lists = [door for door in operations if door.method == "GET" and not door.parameters]
    read = {door.name: chief.get(door.path({})).status_code for door in lists}

    assert wrong == []
    assert len(takers) >= 15
    # What was taken can be shown again.
    assert set(read.values()) == {200}
