"""What a connection string of each kind says, and what is none."""

import pytest

from app.storage.drivers.base import Place
from app.storage.drivers.connections import Connection, parse
from app.storage.drivers.errors import STORAGE_ADDRESS, DriverError

GOOD = [
    ("local", "/srv/Sicherung Büro", None, Connection("/srv/Sicherung Büro")),
    ("network", "/mnt/nas", None, Connection("/mnt/nas")),
    (
        "network",
        r"\\nas\Backups neu\täglich\eins",
        None,
        Connection(r"täglich\eins", "nas", 445, "Backups neu"),
    ),
    ("network", r"\\10.0.0.5:1445\backups", None, Connection("", "10.0.0.5", 1445, "backups")),
    (
        "sftp",
        "sftp://holger@backup.example.com/srv/t%C3%A4glich%20neu",
        None,
        Connection("/srv/täglich neu", "backup.example.com", 22, user="holger"),
    ),
    (
        "sftp",
        "sftp://a%40b@[2001:db8::1]:2222/srv",
        None,
        Connection("/srv", "2001:db8::1", 2222, user="a@b"),
    ),
    (
        "sftp",
        "sftp://h@bücher.example/x",
        None,
        Connection("/x", "xn--bcher-kva.example", 22, user="h"),
    ),
    ("s3", "s3://bucket", None, Connection("", container="bucket", is_tls=True)),
    ("s3", "s3://bucket/a b/c/", None, Connection("a b/c", container="bucket", is_tls=True)),
    (
        "s3",
        "s3://bucket/a",
        "http://minio.local:9000",
        Connection("a", "minio.local", 9000, "bucket"),
    ),
    (
        "azure",
        "azure://box/a",
        "https://azurite.local",
        Connection("a", "azurite.local", 443, "box", is_tls=True),
    ),
    ("gcs", "gs://bucket/a", None, Connection("a", container="bucket", is_tls=True)),
    (
        "rest",
        "rest:https://host:8000/a/b/",
        None,
        Connection("a/b", "host", 8000, is_tls=True),
    ),
    ("rest", "rest:http://host", None, Connection("", "host", 80)),
    ("tape", "LTO-8, shelf 3", None, Connection("LTO-8, shelf 3")),
]
BAD = [
    ("local", "srv/backups", None),
    ("local", "/srv/../etc", None),
    ("local", "/srv\x00", None),
    ("network", r"\\nas", None),
    ("network", r"\\nas\share\..\other", None),
    ("network", r"\\\share", None),
    ("network", r"\\nas:99999\share", None),
    ("sftp", "sftp://host", None),
    ("sftp", "ssh://host/srv", None),
    ("sftp", "sftp://user:password@host/srv", None),
    ("sftp", "sftp://user@-oProxyCommand=x/srv", None),
    ("sftp", "sftp://user@host:0/srv", None),
    ("sftp", "sftp://user@host/srv?x", None),
    ("sftp", "sftp://user@[::1/srv", None),
    ("s3", "s3://", None),
    ("s3", "gs://bucket/x", None),
    ("s3", "s3://bucket/../other", None),
    ("s3", "s3://bucket", "file:///etc/passwd"),
    ("s3", "s3://bucket", "http://"),
    ("rest", "https://host/", None),
    ("rest", "rest:https://user:password@host/", None),
    ("rest", "rest:ftp://host/", None),
    ("other", "x", None),
]


@pytest.mark.parametrize(("kind", "text", "endpoint", "connection"), GOOD)
def test_a_connection_string_is_taken_apart(
    kind: str, text: str, endpoint: str | None, connection: Connection
):
    assert parse(kind, text, endpoint) == connection


@pytest.mark.parametrize(("kind", "text", "endpoint"), BAD)
def test_what_is_none_is_refused_in_words(kind: str, text: str, endpoint: str | None):
    with pytest.raises(DriverError) as caught:
        parse(kind, text, endpoint)

    assert caught.value.code == STORAGE_ADDRESS


@pytest.mark.parametrize(
    ("kind", "text", "below"),
    [
        ("local", "/srv/", "/srv/7/12"),
        ("network", "\\\\nas\\share", "\\\\nas\\share\\7\\12"),
        ("s3", "s3://bucket", "s3://bucket/7/12"),
        ("rest", "rest:https://host:8000/", "rest:https://host:8000/7/12"),
    ],
)
def test_a_place_below_another_is_named_as_its_kind_names_it(kind: str, text: str, below: str):
    assert Place(kind, text).below("7", "12").connection_string == below
