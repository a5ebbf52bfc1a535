"""PUT /storage/providers/{id}: secrets stay, and no repository is left behind unseen."""

import json

import pytest

from app.backups.models import BackupCopy, BackupJob
from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider

PROVIDERS = "/api/v1/storage/providers"


@pytest.fixture
def put(operator):
    return lambda made, body: operator.put(f"{PROVIDERS}/{made['id']}", body)


@pytest.fixture
def kept(cast):
    def read(made):
        with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
            return session.get_one(StorageProvider, made["id"])

    return read


@pytest.fixture
def set_columns(cast):
    def change(model, row_id, **values):
        with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    return change


def test_masked_credentials_stay_as_they_are(put, make, bucket_body, kept):
    made = make(bucket_body)

    response = put(made, {**made, "name": "Renamed"})

    assert (response.status_code, response.json["data"]["name"]) == (200, "Renamed")
    assert json.loads(kept(made).credentials) == bucket_body["credentials"]


def test_null_clears_credentials(put, make, bucket_body, kept):
    made = make(bucket_body)

    response = put(made, {"credentials": None})

    assert (response.status_code, response.json["data"]["credentials"]) == (200, None)
    assert kept(made).credentials is None


def test_a_masked_address_of_old_stays_as_it_is(
    put, make, bucket_body, set_columns, operator, kept
):
    made = make(bucket_body)
    old = "rest:https://acme:secret@203.0.113.9:8000/acme"
    set_columns(
        StorageProvider, made["id"], provider_type="rest", endpoint=None, connection_string=old
    )
    shown = operator.get(f"{PROVIDERS}/{made['id']}")
    assert "secret@" not in shown.text
    set_columns(StorageProvider, made["id"], credentials=None)

    response = put(made, {"connection_string": shown.json["data"]["connection_string"]})

    assert (response.status_code, "secret" in response.text) == (200, False)
    assert json.loads(kept(made).credentials)["password"] == "secret"


def test_old_credentials_are_not_sent_to_a_new_server(put, make, bucket_body, kept):
    made = make(bucket_body)

    response = put(made, {"endpoint": "https://198.51.100.7"})

    assert (response.status_code, list(response.json["details"])) == (400, ["credentials"])
    assert kept(made).endpoint == bucket_body["endpoint"]


def test_what_was_found_of_one_place_is_forgotten_at_another(
    put, make, bucket_body, kept, set_columns
):
    made = make(bucket_body)
    set_columns(StorageProvider, made["id"], is_online=True, immutability_proven=True)

    response = put(made, {"connection_string": "s3://other"})

    assert response.status_code == 200
    assert (kept(made).is_online, kept(made).immutability_proven) == (None, None)


@pytest.mark.parametrize(
    "change", [{"connection_string": "{folder}/sub"}, {"provider_type": "network"}]
)
def test_a_place_with_repositories_does_not_change(
    put, make, body, cast, set_columns, folder, kept, change
):
    made = make(body)
    job = cast.create_job(storage_id=made["id"])
    set_columns(BackupJob, job.id, repository_location=f"{folder}/1/1")

    response = put(made, {name: value.format(folder=folder) for name, value in change.items()})

    assert (response.status_code, response.json["error"]) == (409, "STORAGE_IN_USE")
    assert response.json["details"] == {"jobs": [{"id": job.id, "name": job.name}]}
    assert kept(made).connection_string == str(folder)


def test_a_place_that_no_run_has_used_may_change(put, make, body, cast, folder):
    made = make(body)
    cast.create_job(storage_id=made["id"])

    response = put(made, {"connection_string": f"{folder}/sub"})

    assert (response.status_code, response.json["data"]["version"]) == (200, 2)


def test_the_copies_that_are_repositories_follow(put, make, body, cast):
    made = make(body)
    cast.create_job(storage_id=made["id"])

    put(made, {"location_type": "cloud", "is_immutable": True})

    (copy,) = cast.rows(BackupCopy)
    assert (copy.location_type, copy.is_immutable) == ("cloud", True)


def test_an_old_version_is_refused(operator, make, body):
    made = make(body)

    response = operator.put(
        f"{PROVIDERS}/{made['id']}", {"name": "New"}, headers={"If-Match": '"v9"'}
    )

    assert response.status_code == 412
