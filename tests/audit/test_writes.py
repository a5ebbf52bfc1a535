"""Every write is in the audit log, with what changed and without secrets."""

import pytest

from app.audit.models import AuditRow
from app.auth.models import ApiKey
from app.core.http.trail import MASK
from app.users.models import User
from tests.support.cast import PASSWORD

JOBS = "/api/v1/backups"


def test_a_change_is_told_before_and_after(operator, job, cast):
    path = f"{JOBS}/{job.id}"

    operator.put(path, {"name": "Renamed", "priority": 9}, environ_overrides={"REMOTE_ADDR": "::1"})

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.status, row.code) == ("backups.update_job", 200, None)
    assert (row.actor_kind, row.actor_id) == ("user", operator.actor.user_id)
    assert (row.actor_name, row.address, row.path) == (operator.username, "::1", path)
    assert (row.resource_type, row.resource_id, row.tenant_id) == (
        "backup_job",
        job.id,
        operator.actor.tenant_id,
    )
    (change,) = row.changes
    assert change["fields"] == {"name": [job.name, "Renamed"], "priority": [5, 9]}


def test_a_deletion_is_told(operator, job, cast):
    operator.delete(f"{JOBS}/{job.id}")

    (row,) = cast.rows(AuditRow)
    assert (row.action, row.resource_id) == ("backups.delete_job", job.id)
    assert any("deleted_at" in change["fields"] for change in row.changes)


def test_a_new_keys_hash_is_masked(admin, cast):
    admin.post("/api/v1/auth/api-keys", {"name": "script", "role": "viewer"})

    (row,) = cast.rows(AuditRow)
    (change,) = row.changes
    assert change["fields"]["name"] == [None, "script"]
    assert change["fields"]["secret_hash"] == [None, MASK]
    assert cast.rows(ApiKey)[0].secret_hash not in str(row.changes)


def test_a_new_password_is_masked(viewer, cast):
    body = {"current_password": PASSWORD, "new_password": "one that is quite new"}

    viewer.put("/api/v1/auth/me/password", body)

    (row,) = cast.rows(AuditRow)
    (change,) = row.changes
    assert change["fields"] == {"password_hash": [MASK, MASK]}
    assert cast.rows(User)[0].password_hash not in str(row.changes)


def test_a_keys_writes_are_told_as_the_keys(cast, job):
    caller = cast.key_caller("operator")

    caller.put(f"{JOBS}/{job.id}", {"name": "Renamed"})

    (row,) = cast.rows(AuditRow)
    assert (row.actor_kind, row.actor_id) == ("api_key", caller.actor.api_key_id)


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/1"])
def test_a_read_leaves_no_row(path, viewer, cast):
    viewer.get(path)

    assert cast.rows(AuditRow) == []


@pytest.mark.parametrize("body", [{}, {"name": 1}])
def test_a_refused_write_leaves_no_row(body, operator, cast):
    assert operator.post(JOBS, body).status_code == 400

    assert cast.rows(AuditRow) == []


def test_a_replayed_answer_is_no_second_write(operator, sources, cast):
    body = {
        "name": "Files",
        "source_path": str(sources / "files"),
        "backup_type": "full",
        "schedule_type": "manual",
    }
    for _ in range(2):
        operator.post(JOBS, body, headers={"Idempotency-Key": "k"})

    assert [row.action for row in cast.rows(AuditRow)] == ["backups.create_job"]
