"""/backups/{id}/copies and /copies/{id}: where a job's data lies."""

import pytest

from app.backups.models import BackupCopy
from app.storage.models import StorageProvider

TAPE = {"name": "Tape vault", "location_type": "offline", "media_type": "tape"}


def url(job):
    return f"/api/v1/backups/{job.id}/copies"


@pytest.fixture
def tape(operator, job):
    """The path of a copy that people told of."""
    data = operator.post(url(job), {**TAPE, "last_backup_date": "2026-01-31"}).json["data"]
    return f"/api/v1/copies/{data['id']}"


@pytest.fixture
def system_copy(operator, job):
    """The path of the job's own repository."""
    return f"/api/v1/copies/{operator.get(url(job)).json['data'][0]['id']}"


def test_the_jobs_own_repository_comes_first(viewer, tape, job):
    response = viewer.get(url(job))

    assert response.json["total"] == 2
    first, second = response.json["data"]
    assert (first["name"], first["is_system"], first["location_type"]) == (
        "Repository",
        True,
        "onsite",
    )
    assert (second["name"], second["is_system"]) == ("Tape vault", False)


def test_a_job_of_another_tool_has_none_by_itself(viewer, cast):
    assert viewer.get(url(cast.create_job(backup_tool="veeam"))).json["data"] == []


def test_tells_of_a_copy(operator, cast, job):
    body = {**TAPE, "is_immutable": True, "max_age_hours": 168, "last_backup_size_bytes": 2**40}

    response = operator.post(url(job), body)

    assert response.status_code == 201
    data = response.json["data"]
    assert response.headers["Location"].endswith(f"/api/v1/copies/{data['id']}")
    assert {name: data[name] for name in body} == body
    assert (data["status"], data["storage_id"], data["last_backup_date"]) == ("unknown", None, None)
    assert cast.rows(BackupCopy)[-1].is_system is False


def test_a_storage_tells_where_the_copy_lies(operator, stage, job):
    second = stage.provider(provider_type="s3", location_type="cloud")

    derived = operator.post(url(job), {"name": "S3", "storage_id": second.id}).json["data"]
    told = operator.post(
        url(job), {"name": "S3 b", "storage_id": second.id, "media_type": "disk"}
    ).json["data"]

    assert (derived["location_type"], derived["media_type"]) == ("cloud", "cloud")
    assert (told["location_type"], told["media_type"]) == ("cloud", "disk")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "n" * 101}, ["name"]),
        ({"name": None}, ["name"]),
        ({"location_type": "moon"}, ["location_type"]),
        ({"media_type": "clay"}, ["media_type"]),
        ({"media_type": None}, ["media_type"]),
        ({"is_immutable": "yes"}, ["is_immutable"]),
        ({"max_age_hours": 0}, ["max_age_hours"]),
        ({"status": "fine"}, ["status"]),
        ({"last_backup_date": "2026-02-30"}, ["last_backup_date"]),
        ({"last_backup_date": "2026-01-31T02:00:00"}, ["last_backup_date"]),
        ({"last_backup_date": 20260131}, ["last_backup_date"]),
        ({"last_backup_size_bytes": -1}, ["last_backup_size_bytes"]),
        ({"storage_id": 999_999_999}, ["storage_id"]),
        ({"is_system": True}, ["is_system"]),
        ({"job_id": 1}, ["job_id"]),
    ],
)
def test_refuses_what_is_wrong_and_names_the_field(operator, cast, job, change, fields):
    response = operator.post(url(job), {**TAPE, **change})

    assert (response.status_code, list(response.json["details"])) == (400, fields)
    assert len(cast.rows(BackupCopy)) == 1


def test_a_copy_without_storage_must_tell_its_place(operator, job):
    response = operator.post(url(job), {"name": "Somewhere"})

    assert response.status_code == 400
    assert sorted(response.json["details"]) == ["location_type", "media_type"]


def test_another_tenants_storage_is_unknown(outsider, cast):
    job = cast.create_job(tenant="globex")
    acmes = cast.rows(StorageProvider)[0].id

    response = outsider.post(url(job), {"name": "Mine", "storage_id": acmes})

    assert (response.status_code, list(response.json["details"])) == (400, ["storage_id"])


def test_changes_the_given_fields(operator, tape):
    response = operator.put(tape, {"status": "success"}, headers={"If-Match": '"v1"'})

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v2"'
    data = operator.get(tape).json["data"]
    assert (data["status"], data["name"]) == ("success", "Tape vault")


def test_a_stale_version_is_refused(operator, tape):
    response = operator.put(tape, {"status": "success"}, headers={"If-Match": '"v9"'})

    assert response.status_code == 412
    assert operator.get(tape).json["data"]["status"] == "unknown"


def test_what_get_gave_can_be_put_back_and_keeps_its_time(operator, tape):
    operator.put(tape, {"last_backup_date": "2026-01-31T18:30:00Z"})
    body = operator.get(tape).json["data"]

    response = operator.put(tape, {**body, "name": "Vault"})

    assert response.status_code == 200, response.json
    data = response.json["data"]
    assert (data["name"], data["last_backup_at"]) == ("Vault", "2026-01-31T18:30:00Z")
    assert data["last_backup_date"] == "2026-01-31"


def test_forgets_a_copy(operator, cast, tape):
    response = operator.delete(tape)

    assert response.status_code == 200
    assert tape.endswith(str(response.json["data"]["id"]))
    assert operator.delete(tape).status_code == 404
    assert len(cast.rows(BackupCopy)) == 1


def test_the_systems_copy_is_the_systems(operator, cast, system_copy):
    changed = operator.put(system_copy, {"name": "Mine"})
    deleted = operator.delete(system_copy)

    assert (changed.status_code, changed.json["error"]) == (409, "SYSTEM_COPY")
    assert (deleted.status_code, deleted.json["error"]) == (409, "SYSTEM_COPY")
    assert cast.rows(BackupCopy)[0].name == "Repository"


def test_a_deleted_jobs_copies_are_gone(operator, job, tape):
    operator.delete(f"/api/v1/backups/{job.id}")

    assert operator.get(tape).status_code == 404


def test_an_outsider_gets_404(outsider, cast, job, tape):
    answers = [
        outsider.get(url(job)),
        outsider.post(url(job), TAPE),
        outsider.get(tape),
        outsider.put(tape, {"name": "x"}),
        outsider.delete(tape),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert len(cast.rows(BackupCopy)) == 2


def test_a_viewer_only_reads(viewer, job, tape):
    answers = [viewer.post(url(job), TAPE), viewer.put(tape, {}), viewer.delete(tape)]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert viewer.get(tape).status_code == 200
