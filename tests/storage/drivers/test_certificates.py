"""TLS is verified always, against this machine's own authorities."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_CERTIFICATE
from tests.support.storage_servers import rest
from tests.support.storage_servers.certificates import NAME, make_certificate
from tests.support.storage_servers.ground import Ground, at, probe


@dataclasses.dataclass
class Secured:
    place: Place
    certificate: Path


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A REST server behind TLS, with a certificate that nobody has signed."""
    folder = tmp_path_factory.mktemp("secured")
    certificate, key = make_certificate(folder)
    options = ("--cert", str(certificate), "--key", str(key))
    with rest.rclone(folder, str(folder), *options) as place:
        yield Secured(place, certificate)


def test_a_certificate_that_nobody_has_signed_is_refused(secured: Secured):
    found = probe(secured.place)

    assert (found.accessible, found.error_code) == (False, STORAGE_CERTIFICATE)


@pytest.mark.parametrize("ground", ["s3", "azure", "gcs"], indirect=True)
def test_the_vendors_libraries_refuse_it_too(ground: Ground, secured: Secured):
    url = secured.place.connection_string.removeprefix("rest:").rstrip("/")
    credentials = {
        name: text.replace(str(ground.place.endpoint), url)
        for name, text in ground.place.credentials.items()
    }
    place = dataclasses.replace(ground.place, endpoint=url, credentials=credentials)

    found = probe(place)

    assert (found.accessible, found.error_code) == (False, STORAGE_CERTIFICATE)


def test_one_that_the_machine_trusts_is_taken(secured: Secured, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.certificate))

    found = probe(secured.place)

    assert (found.error_code, found.writable) == (None, True)


def test_the_name_is_verified_and_not_the_address_that_was_found_for_it(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(secured.certificate))
    place = dataclasses.replace(secured.place, addresses=("127.0.0.1",))
    named, misnamed = (
        at(place, place.connection_string.replace("127.0.0.1", name))
        for name in (NAME, "other.example.com")
    )

    right, wrong = probe(named), probe(misnamed)

    assert (right.error_code, right.writable) == (None, True)
    assert (wrong.accessible, wrong.error_code) == (False, STORAGE_CERTIFICATE)
