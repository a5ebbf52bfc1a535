"""GET and PUT /backups/{id}: fetch, change, put."""

import pytest

from app.backups.models import BackupCopy, BackupJob, JobTag


def url(job):
    return f"/api/v1/backups/{job.id}"


def test_shows_a_job_with_its_etag(viewer, job):
    response = viewer.get(url(job))

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v1"'
    assert response.json["data"]["name"] == job.name
    assert "repository_password" not in response.json["data"]
    assert "tenant_id" not in response.json["data"]


@pytest.mark.parametrize("number", ["999999999", "9223372036854775808", "0", "x"])
def test_an_unknown_id_is_404(operator, number):
    response = operator.get(f"/api/v1/backups/{number}")

    assert (response.status_code, response.json["error"]) == (404, "NOT_FOUND")


def test_an_outsider_gets_404_as_if_there_were_none(outsider, cast, job):
    shown = outsider.get(url(job))
    changed = outsider.put(url(job), {"name": "Mine"})

    assert (shown.status_code, changed.status_code) == (404, 404)
    assert cast.rows(BackupJob)[0].name == job.name


def test_replaces_the_given_fields_only(operator, cast, job):
    response = operator.put(url(job), {"description": "new"})

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v2"'
    (row,) = cast.rows(BackupJob)
    assert (row.description, row.name, row.version) == ("new", job.name, 2)


def test_what_get_gave_can_be_put_back_changed(operator, cast):
    job = cast.create_job(
        schedule_type="weekly", schedule_time="02:00", schedule_days="mon", tags=["a"]
    )
    body = operator.get(url(job)).json["data"]

    response = operator.put(url(job), {**body, "name": "Changed", "last_result": "success"})

    assert response.status_code == 200, response.json
    unchanged = set(body) - {"name", "version", "updated_at"}
    assert {name: response.json["data"][name] for name in unchanged} == {
        name: body[name] for name in unchanged
    }
    assert response.json["data"]["name"] == "Changed"


def test_a_put_that_changes_nothing_keeps_the_version(operator, job):
    body = operator.get(url(job)).json["data"]

    response = operator.put(url(job), body)

    assert (response.status_code, response.json["data"]["version"]) == (200, 1)


def test_changed_tags_are_a_change_of_the_job(operator, cast):
    job = cast.create_job(tags=["a", "b"])

    response = operator.put(url(job), {"tags": ["b", "c"]})

    assert response.json["data"]["tags"] == ["b", "c"]
    assert response.headers["ETag"] == '"v2"'
    assert sorted(row.tag for row in cast.rows(JobTag)) == ["b", "c"]


@pytest.mark.parametrize(
    ("tag", "status"), [('"v1"', 200), ('"v2"', 412), ('"x"', 412), ("*", 200)]
)
def test_if_match_guards_the_change(operator, job, tag, status):
    response = operator.put(url(job), {"priority": 9}, headers={"If-Match": tag})

    assert response.status_code == status
    changed = operator.get(url(job)).json["data"]["priority"] == 9
    assert changed is (status == 200)


def test_a_name_in_use_is_refused(operator, cast, job):
    other = cast.create_job(name="Other")

    response = operator.put(url(other), {"name": job.name})

    assert (response.status_code, list(response.json["details"])) == (409, ["name"])
    assert operator.get(url(other)).json["data"]["name"] == "Other"


def test_unknown_fields_are_refused(operator, job):
    response = operator.put(url(job), {"nmae": "typo"})

    assert (response.status_code, list(response.json["details"])) == (400, ["nmae"])


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_a_body_that_is_no_object_is_refused(operator, job, body):
    response = operator.put(url(job), data=str(body), content_type="application/json")

    assert response.status_code == 400


def test_a_source_out_of_the_roots_is_refused(operator, job, cast):
    response = operator.put(url(job), {"source_path": "/etc"})

    assert (response.status_code, list(response.json["details"])) == (400, ["source_path"])
    assert cast.rows(BackupJob)[0].source_path == job.source_path


def test_a_job_that_becomes_this_servers_is_judged_as_one(operator, cast):
    job = cast.create_job(backup_tool="veeam", source_path="any text")

    response = operator.put(url(job), {"backup_tool": "restic"})

    assert (response.status_code, list(response.json["details"])) == (400, ["source_path"])


def test_a_veeam_job_that_becomes_restics_gets_its_repository_as_first_copy(operator, cast):
    job = cast.create_job(backup_tool="veeam")
    copies = f"{url(job)}/copies"
    operator.post(copies, {"name": "Tape", "location_type": "offline", "media_type": "tape"})

    operator.put(url(job), {"backup_tool": "restic"})

    shown = operator.get(copies).json["data"]
    assert [(copy["name"], copy["is_system"]) for copy in shown] == [
        ("Repository", True),
        ("Tape", False),
    ]


def test_the_system_copy_follows_the_storage(operator, stage, cast, job):
    second = stage.provider(is_immutable=True)

    operator.put(url(job), {"storage_id": second.id})

    (copy,) = cast.rows(BackupCopy)
    assert (copy.storage_id, copy.location_type, copy.is_immutable) == (second.id, "offsite", True)


def test_a_viewer_may_not_change(viewer, cast, job):
    response = viewer.put(url(job), {"name": "Mine"})

    assert response.status_code == 403
    assert cast.rows(BackupJob)[0].name == job.name
