"""Handing a letter to a mail server, whatever the server does."""

import contextlib
import re
import socket
import time

import pytest

from app.core.mail import send
from tests.support.mail import failure_at, letter, mail_server, server_at
from tests.support.storage_servers.listening import answering


@pytest.fixture(scope="module")
def running():
    with mail_server(enable_SMTPUTF8=False) as found:
        yield found


@pytest.fixture
def postmaster(running):
    running.clear()
    return running


@contextlib.contextmanager
def scripted(*answers, then=None):
    """A server that gives these answers one by one, and then does something else."""

    def answer(connection):
        connection.sendall(b"220 ready\r\n")
        for text in answers:
            connection.recv(65536)
            connection.sendall(text.encode() + b"\r\n")
        if then is not None:
            then(connection)
        connection.close()

    with answering(answer) as port:
        yield f"smtp://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("answer", "is_temporary"), [("451 Busy", True), ("421 Closing", True), ("554 Spam", False)]
)
def test_an_answer_to_the_text_tells_whether_to_come_again(postmaster, answer, is_temporary):
    postmaster.answers = [answer]

    error = failure_at(postmaster.url)

    assert error.is_temporary is is_temporary
    assert error.message == f"The mail server refused it: {answer}"


def test_who_was_served_is_told_apart_from_who_was_not(postmaster):
    postmaster.refused = {"bob@example.com": "450 Later", "eve@example.com": "550 Unknown"}

    refusals = send(
        server_at(postmaster.url),
        letter(to=["ann@example.com", "bob@example.com", "eve@example.com"]),
    )

    assert postmaster.recipients == [["ann@example.com"]]
    assert dict(refusals.temporary) == {"bob@example.com": "450 Later"}
    assert dict(refusals.permanent) == {"eve@example.com": "550 Unknown"}


@pytest.mark.parametrize(("code", "is_temporary"), [(450, True), (550, False)])
def test_when_nobody_is_served_that_is_an_error(postmaster, code, is_temporary):
    postmaster.refused = {"ann@example.com": f"{code} Not she"}

    error = failure_at(postmaster.url)

    assert error.is_temporary is is_temporary
    assert error.message.endswith(f"{code} Not she")


def test_nobody_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = failure_at(f"smtp://127.0.0.1:{closed.getsockname()[1]}")

    assert error.is_temporary
    assert error.message == "Nothing answers at the mail server's address and port."


def test_a_name_that_is_not_known():
    assert failure_at("smtp://mail.invalid").message == "The mail server's name is not known here."


@pytest.mark.parametrize("greeting", ["", "220-" * 3])
def test_a_server_that_hangs_is_left(greeting):
    def hang(connection):
        connection.sendall(greeting.encode())
        connection.recv(1)

    with answering(hang) as port:
        error = failure_at(f"smtp://127.0.0.1:{port}", seconds=0.5)

    assert error.is_temporary
    assert error.message == "The mail server did not answer in time."


def test_a_server_that_drips_is_left_too():
    def drip(connection):
        while True:
            connection.sendall(b"2")
            time.sleep(0.02)

    with answering(drip) as port:
        error = failure_at(f"smtp://127.0.0.1:{port}", seconds=0.5)

    assert error.message == "The mail server did not answer in time."


def test_one_that_dies_before_its_answer_counts_as_not_having_taken_it():
    def take_and_die(connection):
        data = b""
        while b"\r\n.\r\n" not in data:
            data += connection.recv(65536)

    with scripted("250 hello", "250 ok", "250 ok", "354 go", then=take_and_die) as url:
        error = failure_at(url)

    assert error.is_temporary
    assert error.message == "The mail server closed the connection before it had answered."


def test_a_goodbye_without_answer_changes_nothing(postmaster):
    taken = []

    def take(connection):
        data = b""
        while b"\r\n.\r\n" not in data:
            data += connection.recv(65536)
        taken.append(data)
        connection.sendall(b"250 taken\r\n")
        connection.recv(100)

    with scripted("250 hello", "250 ok", "250 ok", "354 go", then=take) as url:
        send(server_at(url), letter())

    assert len(taken) == 1
    assert re.search(rb"(?m)^Message-ID: <1@holdfast.example>\r$", taken[0])
