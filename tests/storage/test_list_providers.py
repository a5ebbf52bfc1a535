"""GET /storage/providers and /storage/providers/{id}: secrets masked."""

import pytest

from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider

PROVIDERS = "/api/v1/storage/providers"


@pytest.fixture
def bucket(app, cast):
    """A bucket of Acme, with credentials."""
    provider = StorageProvider(
        name="Bucket",
        provider_type="s3",
        location_type="cloud",
        connection_string="s3://bucket/prefix",
        credentials='{"secret_access_key": "open sesame"}',
        is_online=False,
    )
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        session.add(provider)
    return provider


def names(response):
    assert response.status_code == 200, response.json
    return [provider["name"] for provider in response.json["data"]]


def test_lists_the_tenants_own(viewer, outsider, bucket):
    assert names(viewer.get(PROVIDERS)) == ["Local storage", "Bucket"]
    assert names(outsider.get(PROVIDERS)) == []


@pytest.mark.parametrize("query", ["provider_type=s3", "location_type=cloud", "is_online=false"])
def test_each_filter_finds_its_own(viewer, bucket, query):
    assert names(viewer.get(f"{PROVIDERS}?{query}")) == ["Bucket"]


@pytest.mark.parametrize("query", ["provider_type=floppy", "location_type=moon", "online=true"])
def test_refuses_a_query_that_it_does_not_know(viewer, query):
    response = viewer.get(f"{PROVIDERS}?{query}")

    assert (response.status_code, response.json["error"]) == (400, "VALIDATION_ERROR")
    assert list(response.json["details"]) == [query.partition("=")[0]]


def test_shows_credentials_masked(viewer, bucket):
    response = viewer.get(f"{PROVIDERS}/{bucket.id}")

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v1"'
    assert response.json["data"]["credentials"] == "********"
    assert "open sesame" not in response.text


def test_shows_that_there_are_no_credentials(viewer, cast):
    (local,) = viewer.get(PROVIDERS).json["data"]

    assert (local["credentials"], local["is_default"]) == (None, True)


def test_credentials_are_encrypted_in_the_database(app, cast, bucket):
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        kept = session.connection().exec_driver_sql(
            "SELECT credentials FROM storage_providers WHERE credentials IS NOT NULL"
        )
        assert "sesame" not in str(kept.scalar())


def test_an_outsider_and_an_unknown_id_get_404(viewer, outsider, bucket):
    answers = [outsider.get(f"{PROVIDERS}/{bucket.id}"), viewer.get(f"{PROVIDERS}/99999999")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_reporter_may_not_read(reporter):
    assert reporter.get(PROVIDERS).status_code == 403
