"""An id in a body that is another tenant's is refused by its field's name, and nothing changes."""

import pytest

from app.core.tenancy import as_tenant
from app.storage import service as storage
from tests.support.bodies import Scene, body_for
from tests.support.operations import error_code, error_details
from tests.support.rows import dump, keep_account, keep_alert, keep_event, make_rows

NOT_FOUND = {"NOT_FOUND", "JOB_NOT_FOUND", "COPY_NOT_FOUND"}


def globex_provider(cast):
    with cast.app.app_context(), as_tenant(cast.tenant("globex")) as session:
        provider = storage.ensure_default(cast.tenant("globex"), f"{cast.instance}/globex")
        session.flush()
        return provider.id


def globex_job(cast):
    return cast.create_job(tenant="globex").id


def globex_copy(cast):
    body = {"name": "Vault", "location_type": "offsite", "media_type": "tape"}
    path = f"/api/v1/backups/{globex_job(cast)}/copies"
    return cast.caller("admin", tenant="globex").post(path, body).json["data"]["id"]


def globex_event(cast):
    return keep_event(cast, "globex")


def globex_account(cast):
    return keep_account(cast, cast.caller("admin", tenant="globex"))


def globex_alert(cast):
    return keep_alert(cast, "globex")


def globex_user(cast):
    return cast.user("operator", tenant="globex").id


# What a tool calls its own; no row of ours.
NO_ROWS = {"access_key_id", "external_id", "snapshot_id", "trace_id"}
THEIRS = {
    "aws_account_id": globex_account,
    "alert_id": globex_alert,
    "assigned_user_id": globex_user,
    "assignee_id": globex_user,
    "event_id": globex_event,
    "backup_id": globex_job,
    "copy_id": globex_copy,
    "job_id": globex_job,
    "storage_id": globex_provider,
}


def named_ids(operations):
    """Each operation with each field of its body that names a row."""
    for door in operations:
        # A form comes from a client that names itself, and no row.
        schema = None if door.operation.takes_form else door.operation.body
        for name, field in schema.fields.items() if schema else ():
            names_row = name.endswith(("_id", "_ids")) and name not in NO_ROWS
            if names_row and not field.dump_only:
                yield door, field.data_key or name


def foreign(cast, name):
    """A row of Globex for a field of this name, in a list where the field takes one."""
    singular = name.removesuffix("s") if name.endswith("_ids") else name
    assert singular in THEIRS, (
        f"A body holds {name}: add to {__name__}.THEIRS how another tenant's row of it is made, "
        "so that the operation is tried with it."
    )
    theirs = THEIRS[singular](cast)
    return [theirs] if name.endswith("_ids") else theirs


def is_refusal(response, name):
    if response.status_code == 404:
        return error_code(response.json) in NOT_FOUND
    is_invalid = (response.status_code, error_code(response.json)) == (400, "VALIDATION_ERROR")
    return is_invalid and name in error_details(response.json)


def kept(rows, before):
    """What became of the rows that were there; a refused post of a script leaves one more."""
    ids = {row["id"] for row in before["rejected_reports"]}
    posts = [row for row in rows["rejected_reports"] if row["id"] in ids]
    return {**rows, "rejected_reports": posts}


@pytest.fixture
def attempts(operations, cast, admin, document):
    """Each operation as a call of Acme's that is right but for one id, which is Globex's."""
    made = []
    for door, name in named_ids(operations):
        rows = make_rows(cast, admin, door.parameters)
        body = body_for(door, Scene(cast, admin, rows), document)
        made.append((door, name, door.path(rows), {**body, name: foreign(cast, name)}))
    return made


def test_refuses_another_tenants_row_in_a_body_and_changes_nothing(attempts, admin, cast):
    before = dump(cast)

    answers = {
        f"{door}: {name}": (admin.call(door.method, path, json=body), name)
        for door, name, path, body in attempts
    }

    passed = {
        line: f"{response.status_code} {response.text}"
        for line, (response, name) in answers.items()
        if not is_refusal(response, name)
    }
    assert passed == {}, (
        "Look the row up with `find_row` in the service and raise ValidationFailed.on the field: "
        "a foreign key alone takes any tenant's row."
    )
    assert kept(dump(cast), before) == before


def test_finds_the_fields_that_name_rows(attempts):
    found = {f"{door}: {name}" for door, name, _, _ in attempts}

    assert {
        "POST /api/v1/backups: storage_id",
        "POST /api/v1/rejected-reports/<int:report_id>/accept: job_id",
        "POST /api/backup/copy-status: copy_id",
    } <= found
