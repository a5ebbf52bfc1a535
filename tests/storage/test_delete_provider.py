"""DELETE /storage/providers/{id}: not while jobs use it."""

from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider

PROVIDERS = "/api/v1/storage/providers"


def row(cast, made):
    with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
        return session.get_one(StorageProvider, made["id"])


def test_marks_it_deleted_and_leaves_what_lies_there(operator, make, body, folder, cast):
    made = make(body)
    (folder / "kept").write_text("data")

    response = operator.delete(f"{PROVIDERS}/{made['id']}")

    assert (response.status_code, response.json["data"]) == (200, {"id": made["id"]})
    assert row(cast, made).deleted_at is not None
    assert (folder / "kept").exists()
    assert operator.delete(f"{PROVIDERS}/{made['id']}").status_code == 404


def test_names_the_jobs_that_use_it(operator, make, body, cast):
    made = make(body)
    job = cast.create_job(storage_id=made["id"])

    response = operator.delete(f"{PROVIDERS}/{made['id']}")

    assert (response.status_code, response.json["error"]) == (409, "STORAGE_IN_USE")
    assert response.json["details"] == {"jobs": [{"id": job.id, "name": job.name}]}
    assert row(cast, made).deleted_at is None


def test_names_the_jobs_that_have_a_copy_there(operator, make, body, cast, job):
    made = make(body)
    operator.post(f"/api/v1/backups/{job.id}/copies", {"name": "Second", "storage_id": made["id"]})

    response = operator.delete(f"{PROVIDERS}/{made['id']}")

    assert (response.status_code, response.json["details"]["jobs"][0]["id"]) == (409, job.id)


def test_a_deleted_job_holds_nothing(operator, make, body, cast):
    made = make(body)
    job = cast.create_job(storage_id=made["id"])
    operator.delete(f"/api/v1/backups/{job.id}")

    assert operator.delete(f"{PROVIDERS}/{made['id']}").status_code == 200


def test_its_name_is_free_again(operator, make, body):
    operator.delete(f"{PROVIDERS}/{make(body)['id']}")

    assert operator.post(PROVIDERS, body).status_code == 201
