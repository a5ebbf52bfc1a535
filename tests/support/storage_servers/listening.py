"""Listens on a port that the system gives, and lets a program or a function answer each caller."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def program(name: str) -> str:
    """The whole path of a server, which Debian keeps where only root looks for programs."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
    assert found is not None, f"the tests need {name}"
    return found


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Hand each connection to `answer` in a thread of its own; gives the port."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def take(connection: socket.socket) -> None:
            # A client hangs up when it likes.
            with contextlib.suppress(OSError):
                answer(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=take, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in connections:
        connection.close()


@contextmanager
def spawning(command: Sequence[str], log: Path) -> Iterator[int]:
    """Start the program for each connection, which is its input and output; gives the port.

    The way of inetd: no port has to be chosen beforehand, and no server is left behind.
    """
    children: list[subprocess.Popen[bytes]] = []

    def answer(connection: socket.socket) -> None:
        number = connection.fileno()
        with connection, log.open("ab") as file:
            child = subprocess.Popen(
                command, stdin=number, stdout=number, stderr=file, start_new_session=True
            )
        children.append(child)
        child.wait()

    with answering(answer) as port:
        yield port
    for child in children:
        child.kill()
        child.wait()
