"""Servers that do not do what a storage does, and places that lead to them."""

import dataclasses
import re
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from app.storage.drivers.base import Place
from tests.support.storage_servers.listening import answering


def silent() -> AbstractContextManager[int]:
    """Takes connections and says nothing."""
    return answering(lambda connection: None)


def dripping() -> AbstractContextManager[int]:
    """Answers a byte at a time, for ever, so that no read of it takes long."""

    def drip(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"\x01")
            time.sleep(0.1)

    return answering(drip)


def babbling() -> AbstractContextManager[int]:
    """Answers what no protocol knows, whatever it is asked, and hangs up."""

    def babble(connection: socket.socket) -> None:
        connection.sendall(b"\x00\x00\x00\x40" + b"?" * 64 + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)

    return answering(babble)


def flooding() -> AbstractContextManager[int]:
    """Answers over HTTP with a body that has no end."""

    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b" " * 2**20)

    return answering(flood)


@contextmanager
def dead_port() -> Iterator[int]:
    """A port on which nothing listens, and which nobody else is given meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield int(sock.getsockname()[1])


def moved(place: Place, port: int) -> Place:
    """The same place on another port of loopback."""

    def move(text: str) -> str:
        return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", text)

    return dataclasses.replace(
        place,
        connection_string=move(place.connection_string),
        endpoint=place.endpoint and move(place.endpoint),
        credentials={name: move(text) for name, text in place.credentials.items()},
    )
