"""POST /backups registers a job."""

import pytest
from sqlalchemy import text

from app.backups.models import BackupCopy, BackupJob, JobTag
from tests.support.raw import owners_engine


def test_creates_a_job_with_its_defaults(operator, cast, body):
    response = operator.post("/api/v1/backups", body)

    assert response.status_code == 201
    job = response.json["data"]
    assert response.headers["Location"].endswith(f"/api/v1/backups/{job['id']}")
    assert response.headers["ETag"] == '"v1"'
    (row,) = cast.rows(BackupJob)
    assert {name: job[name] for name in ("priority", "retention_days", "grace_minutes")} == {
        "priority": 5,
        "retention_days": 30,
        "grace_minutes": 60,
    }
    assert (job["backup_tool"], job["is_active"], job["max_retries"]) == ("restic", True, 0)
    assert (job["timezone"], job["runner"], job["max_runtime_minutes"]) == ("UTC", None, None)
    assert (job["tags"], job["excludes"], job["description"]) == ([], [], None)
    assert (job["last_run"], job["next_run"], job["last_result"]) == (None, None, None)
    assert (job["compliance_status"], job["consecutive_failures"]) == ("unknown", 0)
    assert job["owner_id"] == operator.actor.user_id
    assert job["storage_id"] == row.storage_id is not None


def test_makes_the_repository_its_first_copy(operator, cast, body):
    job_id = operator.post("/api/v1/backups", body).json["data"]["id"]

    (copy,) = cast.rows(BackupCopy)
    assert (copy.job_id, copy.is_system, copy.media_type) == (job_id, True, "disk")


def test_the_repositorys_password_is_encrypted_and_never_shown(app, operator, cast, body):
    response = operator.post("/api/v1/backups", body)

    (row,) = cast.rows(BackupJob)
    with app.app_context(), owners_engine().connect() as connection:
        kept = connection.execute(text("SELECT repository_password FROM backup_jobs")).scalar()
    assert len(row.repository_password) > 30
    assert row.repository_password not in str(kept)
    assert row.repository_password not in response.text


def test_the_time_zone_is_the_tenants_unless_given(cast, body):
    cast.tenant("initech", timezone="Asia/Tokyo")
    manager = cast.caller("manager", tenant="initech")
    told = {**body, "backup_tool": "veeam"}

    default = manager.post("/api/v1/backups", told)
    given = manager.post("/api/v1/backups", {**told, "name": "B", "timezone": "Europe/Berlin"})
    cleared = manager.post("/api/v1/backups", {**told, "name": "C", "timezone": None})

    zones = [answer.json["data"]["timezone"] for answer in (default, given, cleared)]
    assert zones == ["Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"]


def test_keeps_tags_once_each_as_rows(operator, cast, body):
    response = operator.post("/api/v1/backups", {**body, "tags": [" b ", "a", "b"]})

    assert response.json["data"]["tags"] == ["a", "b"]
    assert sorted(row.tag for row in cast.rows(JobTag)) == ["a", "b"]


def test_a_name_is_taken_once_in_a_tenant(operator, cast, body):
    operator.post("/api/v1/backups", body)

    response = operator.post("/api/v1/backups", {**body, "name": " Finance "})

    assert (response.status_code, response.json["error"]) == (409, "CONFLICT")
    assert list(response.json["details"]) == ["name"]
    assert len(cast.rows(BackupJob)) == 1


def test_two_tenants_may_use_one_name(operator, outsider, cast, body):
    operator.post("/api/v1/backups", body)

    response = outsider.post("/api/v1/backups", {**body, "backup_tool": "veeam"})

    assert response.status_code == 201
    assert len({row.tenant_id for row in cast.rows(BackupJob)}) == 2


def test_a_deleted_jobs_name_is_free_again(operator, cast, body):
    job_id = operator.post("/api/v1/backups", body).json["data"]["id"]
    operator.delete(f"/api/v1/backups/{job_id}")

    response = operator.post("/api/v1/backups", body)

    assert response.status_code == 201
    assert response.json["data"]["id"] > job_id


@pytest.mark.parametrize("path", ["/etc", "relative/path", "", "/tmp/../etc"])
def test_refuses_a_local_source_that_is_not_under_the_roots(operator, cast, body, path):
    response = operator.post("/api/v1/backups", {**body, "source_path": path})

    assert response.status_code == 400
    assert list(response.json["details"]) == ["source_path"]
    assert cast.rows(BackupJob) == []


def test_refuses_a_source_that_links_out_of_the_roots(operator, sources, body, tmp_path):
    link = sources / f"link-{tmp_path.name}"
    link.symlink_to(tmp_path)

    response = operator.post("/api/v1/backups", {**body, "source_path": f"{link}/inner"})

    assert list(response.json["details"]) == ["source_path"]


@pytest.mark.parametrize("tool", [{"backup_tool": "veeam"}, {"runner": "win-01"}])
def test_a_source_that_others_read_is_any_text(operator, body, tool):
    response = operator.post("/api/v1/backups", {**body, **tool, "source_path": r"\\nas\x y"})

    assert response.status_code == 201
    assert response.json["data"]["source_path"] == r"\\nas\x y"


def test_refuses_another_tenants_storage(cast, operator, outsider, body):
    default = operator.get("/api/v1/storage/providers").json["data"][0]["id"]
    given = {**body, "backup_tool": "veeam", "storage_id": default}

    response = outsider.post("/api/v1/backups", given)

    assert response.status_code == 400
    assert list(response.json["details"]) == ["storage_id"]


def test_a_tenant_without_storage_is_told_so(cast, body):
    cast.tenant("initech", source_roots=[body["source_path"]])
    manager = cast.caller("manager", tenant="initech")

    response = manager.post("/api/v1/backups", body)

    assert response.status_code == 400
    assert list(response.json["details"]) == ["storage_id"]


def test_a_viewer_may_not_even_with_a_bad_body(viewer, cast):
    response = viewer.post("/api/v1/backups", {"name": 7})

    assert (response.status_code, response.json["error"]) == (403, "FORBIDDEN")
    assert response.json["details"] == {"required": "backups:write"}


def test_a_repeated_key_makes_one_job(operator, cast, body):
    headers = {"Idempotency-Key": "once"}
    operator.post("/api/v1/backups", body, headers=headers)

    response = operator.post("/api/v1/backups", body, headers=headers)

    assert response.status_code == 201
    assert response.headers["Idempotency-Replayed"] == "true"
    assert len(cast.rows(BackupJob)) == 1
