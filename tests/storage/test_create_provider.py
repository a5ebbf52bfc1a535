"""POST /storage/providers: judged by type, kept without a secret in sight."""

import json

import pytest

from app.audit.models import AuditRow
from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider

PROVIDERS = "/api/v1/storage/providers"


def kept(cast, provider_id):
    with cast.app.app_context(), as_tenant(cast.tenant("acme"), read_only=True) as session:
        return session.get_one(StorageProvider, provider_id)


def test_registers_a_folder(operator, body, cast):
    response = operator.post(PROVIDERS, {**body, "capacity_bytes": 10**12})

    data = response.json["data"]
    assert (response.status_code, data["version"]) == (201, 1)
    assert response.headers["Location"] == f"{PROVIDERS}/{data['id']}"
    assert kept(cast, data["id"]).capacity_bytes == 10**12


def test_keeps_credentials_encrypted_and_shows_them_masked(operator, bucket_body, cast):
    response = operator.post(PROVIDERS, bucket_body)

    assert (response.status_code, response.json["data"]["credentials"]) == (201, "********")
    assert "sesame" not in response.text
    row = kept(cast, response.json["data"]["id"])
    assert json.loads(row.credentials) == bucket_body["credentials"]


def test_takes_a_password_out_of_an_address(operator, bucket_body, cast):
    body = {
        **bucket_body,
        "provider_type": "rest",
        "connection_string": "rest:https://acme:p%40ss@203.0.113.9:8000/acme/",
        "endpoint": None,
        "credentials": None,
    }

    response = operator.post(PROVIDERS, body)

    row = kept(cast, response.json["data"]["id"])
    assert row.connection_string == "rest:https://203.0.113.9:8000/acme"
    assert json.loads(row.credentials) == {"username": "acme", "password": "p@ss"}
    assert "p%40ss" not in response.text


def test_an_sftp_user_stays_in_the_address(operator, bucket_body, cast):
    body = {
        **bucket_body,
        "provider_type": "sftp",
        "connection_string": "sftp://acme:secret@203.0.113.9/srv/acme",
        "endpoint": None,
        "credentials": None,
    }

    response = operator.post(PROVIDERS, body)

    row = kept(cast, response.json["data"]["id"])
    assert row.connection_string == "sftp://acme@203.0.113.9/srv/acme"
    assert json.loads(row.credentials) == {"password": "secret"}


def test_the_audit_log_tells_no_secret(operator, bucket_body, cast):
    operator.post(PROVIDERS, bucket_body)

    row = cast.rows(AuditRow)[-1]
    assert row.action == "storage.create_storage_provider"
    assert row.changes[0]["fields"]["credentials"] == [None, "********"]
    assert "sesame" not in str(row.changes)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider_type": "floppy"}, "provider_type"),
        ({"connection_string": "/etc"}, "connection_string"),
        ({"connection_string": "vault"}, "connection_string"),
        ({"connection_string": "/srv\n"}, "connection_string"),
        ({"endpoint": "https://s3.example.com"}, "endpoint"),
        ({"host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"}, "host_key"),
        ({"host_key": "a key"}, "host_key"),
        ({"credentials": {"password": "x"}}, "credentials.password"),
        ({"credentials": "********"}, "credentials"),
        ({"credentials": "text"}, "credentials"),
        ({"capacity_bytes": 0}, "capacity_bytes"),
        ({"immutable_days": 0}, "immutable_days"),
        ({"location_type": "moon"}, "location_type"),
        ({"name": " "}, "name"),
        ({"is_online": True}, "is_online"),
    ],
)
def test_refuses_what_does_not_fit_by_its_field(operator, body, change, field, cast):
    before = len(cast.rows(StorageProvider))

    response = operator.post(PROVIDERS, {**body, **change})

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert len(cast.rows(StorageProvider)) == before


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        ({"access_key_id": "AKIA0"}, "credentials.secret_access_key"),
        ({"access_key_id": "", "secret_access_key": "x"}, "credentials.access_key_id"),
        (
            {"access_key_id": "a", "secret_access_key": "x", "pass": "y"},
            "credentials.pass",
        ),
    ],
)
def test_refuses_credentials_that_do_not_fit_the_type(operator, bucket_body, credentials, field):
    response = operator.post(PROVIDERS, {**bucket_body, "credentials": credentials})

    assert (response.status_code, list(response.json["details"])) == (400, [field])


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0.0.0.0"),
        *("[::1]", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1"),
        *("localhost", "metadata.google.internal", "[64:ff9b::a9fe:a9fe]", "100.100.100.200"),
    ],
)
def test_refuses_an_address_that_nobody_may_be_sent_to(operator, bucket_body, host):
    response = operator.post(PROVIDERS, {**bucket_body, "endpoint": f"https://{host}:9000"})

    assert (response.status_code, list(response.json["details"])) == (400, ["endpoint"])


def test_takes_an_address_of_a_private_network(operator, bucket_body):
    response = operator.post(PROVIDERS, {**bucket_body, "endpoint": "https://10.1.2.3:9000"})

    assert response.status_code == 201


def test_takes_a_name_that_is_not_known_yet(operator, bucket_body):
    body = {**bucket_body, "endpoint": "https://nas.invalid"}

    assert operator.post(PROVIDERS, body).status_code == 201


def test_refuses_a_name_that_is_taken(operator, body, make):
    make(body)

    response = operator.post(PROVIDERS, body)

    assert (response.status_code, list(response.json["details"])) == (409, ["name"])


def test_another_tenant_may_use_no_folder_of_this_server(outsider, body):
    response = outsider.post(PROVIDERS, body)

    assert (response.status_code, list(response.json["details"])) == (400, ["connection_string"])
