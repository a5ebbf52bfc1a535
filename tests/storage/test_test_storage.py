"""POST /storage/test and /storage/{id}/test: connects, writes, reads back, removes."""

from contextlib import ExitStack

import pytest

from app.core.tenancy import as_tenant
from app.core.waiting import waiters
from app.storage.models import StorageProvider

TEST = "/api/v1/storage/test"
FIELDS = ("provider_type", "connection_string", "credentials", "endpoint")


def place(body):
    return {name: body[name] for name in FIELDS if name in body}


@pytest.fixture
def kept(cast):
    def read(made):
        with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
            return session.get_one(StorageProvider, made["id"])

    return read


def test_tells_what_a_folder_is_like_and_leaves_nothing(operator, body, folder):
    response = operator.post(TEST, place(body))

    data = response.json["data"]
    assert (response.status_code, data["accessible"], data["writable"]) == (200, True, True)
    assert data["total_space_bytes"] > data["free_space_bytes"] > 0
    assert data["latency_ms"] >= 0
    assert (data["error_code"], data["error_message"]) == (None, None)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(operator, body, folder):
    missing = folder / "missing"

    response = operator.post(TEST, {**place(body), "connection_string": str(missing)})

    data = response.json["data"]
    assert (response.status_code, data["accessible"]) == (200, False)
    assert data["error_code"] == "STORAGE_NOT_FOUND"
    assert not missing.exists()


def test_the_test_of_a_kept_one_is_kept(operator, make, body, kept):
    made = make(body)

    response = operator.post(f"/api/v1/storage/{made['id']}/test")

    assert (response.status_code, response.json["data"]["accessible"]) == (200, True)
    row = kept(made)
    assert (row.is_online, row.last_error_code, row.version) == (True, None, made["version"])
    assert row.last_verified is not None


def test_one_that_goes_and_comes_back_is_told_once_each(operator, make, body, folder, kept, cast):
    made = make(body)
    url = f"/api/v1/storage/{made['id']}/test"
    operator.post(url)
    folder.rmdir()
    operator.post(url)
    operator.post(url)
    offline = kept(made)
    folder.mkdir()
    operator.post(url)

    assert (offline.is_online, offline.last_error_code) == (False, "STORAGE_NOT_FOUND")
    assert cast.events() == ["storage.offline", "storage.online"]


def test_what_is_said_to_be_immutable_is_not_believed(operator, make, body, kept):
    made = make({**body, "is_immutable": True, "immutable_days": 30})

    response = operator.post(f"/api/v1/storage/{made['id']}/test")

    data = response.json["data"]
    assert (response.status_code, data["immutability_proven"]) == (200, None)
    assert data["immutability_message"]
    assert kept(made).immutability_checked_at is not None


def test_nobody_is_sent_to_an_address_that_is_refused(operator, bucket_body):
    body = {**place(bucket_body), "endpoint": "http://169.254.169.254"}

    response = operator.post(TEST, body)

    assert (response.status_code, list(response.json["details"])) == (400, ["endpoint"])


def test_a_name_that_is_not_known_is_told(operator, bucket_body):
    response = operator.post(TEST, {**place(bucket_body), "endpoint": "https://nas.invalid"})

    data = response.json["data"]
    assert (response.status_code, data["error_code"]) == (200, "STORAGE_UNREACHABLE")


def test_a_tape_is_an_entry_and_nothing_more(operator):
    response = operator.post(TEST, {"provider_type": "tape", "connection_string": "Vault 3"})

    data = response.json["data"]
    assert (response.status_code, data["error_code"]) == (200, "STORAGE_OFFLINE_MEDIUM")


def test_a_caller_too_many_is_answered_at_once(app, operator, body):
    with app.app_context(), ExitStack() as places:
        for _ in range(waiters().limit):
            places.enter_context(waiters().place())

        response = operator.post(TEST, place(body))

    assert (response.status_code, response.json["error"]) == (503, "UNAVAILABLE")
