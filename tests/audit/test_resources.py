"""The audit log names what a write was about, by one word for one kind of thing."""

import pytest

from app.audit.models import AuditRow
from app.backups.models import BackupCopy

JOBS = "/api/v1/backups"
COPY = {"name": "Vault", "location_type": "offsite", "media_type": "tape", "max_age_hours": 168}


@pytest.fixture
def copy_id(operator, job):
    return operator.post(f"{JOBS}/{job.id}/copies", COPY).json["data"]["id"]


@pytest.fixture
def last_row(cast):
    """What the audit log says of the last write."""
    return lambda: cast.rows(AuditRow)[-1]


def named(row):
    return row.action, row.resource_type, row.resource_id


def test_a_run_is_about_its_job(operator, job, last_row):
    operator.post(f"{JOBS}/{job.id}/run")

    assert named(last_row()) == ("backups.run_job", "backup_job", job.id)


def test_a_cancel_is_about_its_execution(operator, job, last_row):
    execution_id = operator.post(f"{JOBS}/{job.id}/run").json["data"]["id"]

    operator.post(f"/api/v1/executions/{execution_id}/cancel")

    assert named(last_row()) == ("executions.cancel_execution", "execution", execution_id)


def test_a_new_job_is_named_before_what_is_made_beside_it(operator, job, cast, last_row):
    body = {
        "name": "Files",
        "source_path": job.source_path,
        "backup_type": "full",
        "schedule_type": "manual",
        "tags": ["finance"],
    }

    made = operator.post(JOBS, body).json["data"]["id"]

    row = last_row()
    assert named(row) == ("backups.create_job", "backup_job", made)
    assert {"backup_job", "backup_copy"} <= {change["type"] for change in row.changes}


def test_a_change_is_about_the_job_and_not_about_its_parts(operator, job, last_row):
    operator.put(f"{JOBS}/{job.id}", {"tags": ["finance"], "name": "Renamed"})

    assert named(last_row()) == ("backups.update_job", "backup_job", job.id)


@pytest.mark.parametrize("after", [[], ["b"], ["a", "b", "c"]])
def test_tags_are_told_as_a_field_of_their_job(after, operator, cast, last_row):
    job = cast.create_job(tags=["a", "b"])

    operator.put(f"{JOBS}/{job.id}", {"tags": after})

    row = last_row()
    assert named(row) == ("backups.update_job", "backup_job", job.id)
    (change,) = row.changes
    assert change == {"type": "backup_job", "id": job.id, "fields": {"tags": [["a", "b"], after]}}


def test_a_new_copy_is_about_itself_and_not_the_job_in_the_address(copy_id, last_row):
    assert named(last_row()) == ("copies.create_copy", "backup_copy", copy_id)


def test_what_was_removed_is_told_as_it_was(operator, copy_id, job, cast, last_row):
    operator.delete(f"/api/v1/copies/{copy_id}")

    row = last_row()
    assert named(row) == ("copies.delete_copy", "backup_copy", copy_id)
    (change,) = row.changes
    assert change["fields"]["name"] == ["Vault", None]
    assert change["fields"]["max_age_hours"] == [168, None]
    assert change["fields"]["job_id"] == [job.id, None]
    assert copy_id not in [copy.id for copy in cast.rows(BackupCopy)]
