"""Another tenant's id in a body or a query is answered, to the letter, as one that is nowhere."""

import pytest

from tests.support.bodies import Scene, body_for
from tests.support.foreign import row_fields
from tests.support.operations import error_code, error_details
from tests.support.rows import dump, make_rows

UNKNOWN = {"NOT_FOUND", "JOB_NOT_FOUND", "COPY_NOT_FOUND"}
# Both answers have the same trace, so that nothing else of them may differ either.
TRACE = {"X-Request-ID": "one-of-two"}


@pytest.fixture
def fields(operations, document):
    return list(row_fields(document, operations))


@pytest.fixture
def attempts(fields, cast, admin, document):
    """Each as a call of Acme's that is right but for one id, which is Globex's."""
    made = []
    for field in fields:
        rows = make_rows(cast, admin, field.door.parameters)
        body = body_for(field.door, Scene(cast, admin, rows), document)
        made.append((field, field.door.path(rows), body, field.make_theirs(cast)))
    return made


def is_right(response, field):
    """Refused by the field's name, or not found; a filter may find nothing, too."""
    status, code = response.status_code, error_code(response.json)
    if status == 404:
        return code in UNKNOWN
    if field.door.operation.is_public:
        return (status, code) == (401, "INVALID_CREDENTIALS")
    if field.place == "query":
        return (status, response.json.get("data")) == (200, [])
    return (status, code) == (400, "VALIDATION_ERROR") and field.name in error_details(
        response.json
    )


def kept(rows, before):
    """What became of the rows that were there; a refused post of a script leaves one more."""
    ids = {row["id"] for row in before["rejected_reports"]}
    posts = [row for row in rows["rejected_reports"] if row["id"] in ids]
    return {**rows, "rejected_reports": posts}


def test_another_tenants_row_is_as_one_that_is_nowhere_and_nothing_changes(attempts, admin, cast):
    before = dump(cast)
    passed, told = {}, {}
    for field, path, body, theirs in attempts:
        method = field.door.method
        first, second = (
            admin.call(method, path, headers=TRACE, **field.options(body, row))
            for row in (theirs, field.nowhere)
        )
        if not is_right(first, field):
            passed[str(field)] = f"{first.status_code} {first.text}"
        as_if_theirs = second.text.replace(str(field.nowhere), str(theirs))
        if (first.status_code, first.text) != (second.status_code, as_if_theirs):
            told[str(field)] = f"{first.status_code} {first.text} {second.text}"

    assert passed == {}, (
        "Look the row up with `find_row` in the service and raise ValidationFailed.on the field: "
        "a foreign key alone takes any tenant's row."
    )
    assert told == {}, "Say of another tenant's row what is said of none at all."
    assert kept(dump(cast), before) == before


def test_finds_the_fields_that_name_rows(fields):
    assert {
        "POST /api/v1/backups: storage_id",
        "POST /api/v1/alerts/bulk-acknowledge: ids",
        "POST /api/v1/events: subject.id",
        "GET /api/v1/backups: owner_id",
        "POST /api/v1/rejected-reports/{report_id}/accept: job_id",
        "POST /api/backup/copy-status: copy_id",
    } <= {str(field) for field in fields}
