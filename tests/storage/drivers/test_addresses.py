"""A connection goes to the address that was found fit, and to no other."""

import dataclasses
import socket

import pytest

from app.storage.drivers.base import Place
from app.storage.drivers.errors import STORAGE_PROTOCOL, STORAGE_UNREACHABLE
from tests.support.storage_servers import odd
from tests.support.storage_servers.ground import Ground, probe
from tests.support.storage_servers.listening import answering

# RFC 6761: it resolves nowhere.
NOWHERE = "storage.invalid"
OVER_HTTP = ("s3", "rest", "azure", "gcs")


def renamed(place: Place, name: str) -> Place:
    """The same place under another name of its host."""
    return dataclasses.replace(
        place,
        connection_string=place.connection_string.replace("127.0.0.1", name),
        endpoint=place.endpoint and place.endpoint.replace("127.0.0.1", name),
        credentials={n: text.replace("127.0.0.1", name) for n, text in place.credentials.items()},
    )


def test_a_checked_address_is_used_whatever_the_name_resolves_to(remote_ground: Ground):
    place = renamed(remote_ground.place, NOWHERE)

    found = probe(dataclasses.replace(place, addresses=("127.0.0.1",)))

    assert (found.error_code, found.writable) == (None, True)


def test_an_address_that_was_not_checked_is_not_tried(remote_ground: Ground):
    # Only loopback's first address has a server; the name itself would lead to it.
    found = probe(dataclasses.replace(remote_ground.place, addresses=("127.0.0.2",)))

    assert (found.accessible, found.error_code) == (False, STORAGE_UNREACHABLE)


@pytest.mark.parametrize("ground", ["network", "rest"], indirect=True)
def test_a_second_address_is_tried_when_the_first_is_dead(ground: Ground):
    place = dataclasses.replace(ground.place, addresses=("127.0.0.2", "127.0.0.1"))

    found = probe(place)

    assert (found.error_code, found.writable) == (None, True)


@pytest.mark.parametrize("ground", OVER_HTTP, indirect=True)
def test_no_proxy_is_asked(ground: Ground, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    found = probe(ground.place)

    assert (found.error_code, found.writable) == (None, True)


@pytest.mark.parametrize("ground", OVER_HTTP, indirect=True)
def test_a_redirect_is_not_followed(ground: Ground):
    asked: list[bytes] = []

    def trap(connection: socket.socket) -> None:
        asked.append(connection.recv(1024))

    with answering(trap) as elsewhere:
        answer = (
            "HTTP/1.1 307 Temporary Redirect\r\n"
            f"Location: http://127.0.0.1:{elsewhere}/\r\nContent-Length: 0\r\n\r\n"
        ).encode()

        def redirect(connection: socket.socket) -> None:
            while connection.recv(65536):
                connection.sendall(answer)

        with answering(redirect) as port:
            found = probe(odd.moved(ground.place, port))

    assert (found.accessible, found.error_code) == (False, STORAGE_PROTOCOL)
    assert asked == []
