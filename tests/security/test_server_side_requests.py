"""No address that a tenant may write leads this server to itself or its cloud, no webhook inside.

Where a redirect points and what a name means later is tried at each driver and at the webhook
itself: tests/storage/drivers/test_addresses.py, tests/notifications/test_posting.py.
"""

import socket

import pytest

from app.notifications.models import NotificationChannel
from app.notifications.service.addresses import REFUSED
from app.storage.models import StorageProvider
from tests.support.attacks import name_of, text_places
from tests.support.operations import error_code, error_details

# However they are written: nobody is sent there.
NOBODYS = (
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "localhost"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
    *("169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]"),
    *("metadata.google.internal", "METADATA.GOOGLE.INTERNAL.", "100.100.100.200"),
    *("255.255.255.255", "224.0.0.1", "[ff02::1]", "[2002:7f00:1::]"),
)
# A NAS stands there, so a storage may; what takes chats' messages is of the internet.
PRIVATE = ("10.1.2.3", "192.168.1.1", "172.16.0.1", "[fd00::1]", "[::ffff:10.1.2.3]")
SCHEMES = (
    *("file:///etc/passwd", "gopher://203.0.113.9:70/_x", "dict://203.0.113.9:11211/", "ftp://x/"),
    *("//203.0.113.9/", "http:203.0.113.9", "http://user:pass@203.0.113.9/", "javascript:alert(1)"),
    *(
        "http://203.0.113.9@127.0.0.1/",
        "http://203.0.113.9\\@127.0.0.1/",
        "http://\u2460.0.0.1/x y",
    ),
)
KEYS = {"access_key_id": "AKIA0", "secret_access_key": "open sesame"}
ACCOUNT = {"account_name": "acme", "account_key": "b3BlbiBzZXNhbWU="}
BUCKET = {"provider_type": "s3", "connection_string": "s3://backups/acme"}
STORAGES = {
    "s3": ("endpoint", "https://{}:9000", {**BUCKET, "credentials": KEYS}),
    "azure": (
        *("endpoint", "http://{}"),
        {**BUCKET, "provider_type": "azure", "connection_string": "azure://acme/x"},
    ),
    "gcs": (
        *("endpoint", "https://{}"),
        {**BUCKET, "provider_type": "gcs", "connection_string": "gs://acme/x"},
    ),
    "rest": ("connection_string", "rest:http://{}:8000/x", {"provider_type": "rest"}),
    "sftp": ("connection_string", "sftp://u@{}/srv", {"provider_type": "sftp"}),
    "network": (
        *("connection_string", "\\\\{}\\share"),
        {"provider_type": "network"},
    ),
}
STORAGE_PATHS = ("/api/v1/storage/providers", "/api/v1/storage/test")
CHANNELS = "/api/v1/notification-channels"
HOOK = {"name": "Chat", "kind": "webhook", "format": "slack"}
ADDRESSES = (
    "url",
    "uri",
    "endpoint",
    "connection_string",
    "host",
    "address",
    "webhook",
    "callback",
)
TRIED = {"url", "endpoint", "connection_string"}
# Networks that a key is good from, and the key that a server must show.
NO_ADDRESSES = {"allowed_networks.0", "host_key"}


def is_refused(response, field):
    """By the name of the field, before anybody was asked."""
    refusal = (response.status_code, error_code(response.json))
    return refusal == (400, "VALIDATION_ERROR") and field in error_details(response.json)


def passed(answers):
    return {
        line: f"{response.status_code} {response.text}"
        for line, (response, field) in answers.items()
        if not is_refused(response, field)
    }


@pytest.mark.parametrize("kind", STORAGES)
def test_no_storage_is_at_an_address_that_only_this_server_or_its_cloud_sees(kind, operator, cast):
    field, address, body = STORAGES[kind]
    before = len(cast.rows(StorageProvider))

    answers = {}
    for path in STORAGE_PATHS:
        named = {"name": "Vault", "location_type": "offsite"} if "providers" in path else {}
        for host in NOBODYS:
            sent = {**body, **named, field: address.format(host)}
            answers[f"{path} {sent[field]}"] = operator.post(path, sent), field

    assert passed(answers) == {}
    assert len(cast.rows(StorageProvider)) == before


def test_no_webhook_is_at_one_or_in_a_private_network(admin, cast):
    urls = [f"http://{host}:8080/x" for host in (*NOBODYS, *PRIVATE)]

    answers = {
        url: (admin.post(CHANNELS, {**HOOK, "url": url}), "url") for url in (*urls, *SCHEMES)
    }

    assert passed(answers) == {}
    assert cast.rows(NotificationChannel) == []


def test_none_is_moved_there(admin, operator, cast):
    field, address, body = STORAGES["s3"]
    kept = {
        **body,
        "name": "Vault",
        "location_type": "offsite",
        field: address.format("203.0.113.9"),
    }
    vault = operator.post(STORAGE_PATHS[0], kept).json["data"]
    chat = admin.post(CHANNELS, {**HOOK, "url": "https://1.1.1.1/x"}).json["data"]

    moved = {"endpoint": "https://[::1]:9000", "credentials": KEYS}
    storage = operator.put(f"{STORAGE_PATHS[0]}/{vault['id']}", moved)
    hook = admin.put(f"{CHANNELS}/{chat['id']}", {"url": "http://169.254.169.254/"})

    assert (is_refused(storage, "endpoint"), is_refused(hook, "url")) == (True, True)
    assert cast.rows(StorageProvider)[-1].endpoint == "https://203.0.113.9:9000"
    assert cast.rows(NotificationChannel)[0].url == "https://1.1.1.1/x"


@pytest.fixture
def resolver(monkeypatch):
    """A name server of somebody else's, which answers as they like."""
    answers = {}

    def look_up(host, port, *_, **__):
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["1.1.1.1", "169.254.169.254"], ["1.1.1.1", "10.0.0.1"]]
)
def test_a_name_is_as_good_as_the_worst_of_its_addresses(resolver, admin, found):
    resolver["hooks.example.com"] = [found]

    response = admin.post(CHANNELS, {**HOOK, "url": "https://hooks.example.com/x"})

    assert is_refused(response, "url")


def test_a_name_that_means_another_address_by_now_is_not_followed(resolver, admin):
    """The one that is asked when it is set is not the one that is asked when it is used."""
    resolver["hooks.example.com"] = [["1.1.1.1"], ["127.0.0.1"]]
    made = admin.post(CHANNELS, {**HOOK, "url": "https://hooks.example.com/x"}).json["data"]

    told = admin.post(f"{CHANNELS}/{made['id']}/test", {}).json["data"]

    assert (told["delivered"], told["message"]) == (False, REFUSED)


def test_each_field_that_may_hold_an_address_is_tried(operations, document):
    found = {
        name_of(place)
        for door in operations
        for place in text_places(document, door)
        if any(word in name_of(place) for word in ADDRESSES)
    }

    assert found - NO_ADDRESSES == TRIED, "Try the new field here, with every address above."
