"""A post to a webhook: where it goes, how long it takes, and what its answer means."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import ValidationFailed
from app.notifications.service.addresses import BadPlace, check_shape, fit_addresses
from app.notifications.service.posting import post
from tests.support.storage_servers.listening import answering
from tests.support.webhook import webhook_receiver

NOW = datetime(2026, 1, 31, tzinfo=UTC)
HERE = ("127.0.0.1",)


@pytest.fixture
def receiver():
    with webhook_receiver() as found:
        yield found


def send(url, addresses=HERE, seconds=10.0):
    return post(url, addresses, b'{"a": 1}', {"Idempotency-Key": "k"}, seconds, NOW)


def test_it_posts_json(receiver):
    answer = send(f"{receiver.url}?x=1")

    assert answer.is_taken
    (taken,) = receiver.posts
    assert (taken.path, taken.body) == ("/hooks/T0KEN?x=1", {"a": 1})
    assert taken.headers["Content-Type"] == "application/json"
    assert taken.headers["Idempotency-Key"] == "k"


def test_it_goes_to_the_address_that_was_checked_whatever_the_name_means(receiver):
    answer = send(f"http://hooks.invalid:{receiver.port}/x")

    assert answer.is_taken
    assert receiver.posts[0].headers["Host"] == f"hooks.invalid:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(receiver, status):
    with webhook_receiver() as private:
        receiver.answer(status, {"Location": private.url})
        answer = send(receiver.url)

    assert (answer.is_taken, answer.is_temporary) == (False, False)
    assert "is not followed" in answer.words
    assert (len(receiver.posts), private.posts) == (1, [])


@pytest.mark.parametrize(
    ("status", "is_temporary"),
    [(400, False), (403, False), (404, False), (410, False), (408, True), (429, True), (502, True)],
)
def test_what_an_answer_means(receiver, status, is_temporary):
    receiver.answer(status, {}, b"the inside of a private network")

    answer = send(receiver.url)

    assert (answer.is_taken, answer.is_temporary) == (False, is_temporary)
    assert str(status) in answer.words
    assert "inside" not in answer.words


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Sat, 31 Jan 2026 00:02:00 GMT", timedelta(seconds=120)),
        ("Fri, 30 Jan 2026 00:00:00 GMT", timedelta(0)),
        ("9" * 30, timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_how_long_it_is_asked_to_wait(receiver, text, wait):
    receiver.answer(429, {"Retry-After": text})

    assert send(receiver.url).wait == wait


def test_teams_says_within_a_200_that_it_could_not(receiver):
    told = b"Webhook message delivery failed: Microsoft Teams endpoint returned HTTP error 429"
    receiver.answer(200, {}, told)

    assert send(receiver.url).is_temporary


def silent(connection):
    connection.recv(65536)
    connection.recv(65536)


def dripping(connection):
    connection.recv(65536)
    while True:
        connection.sendall(b"H")
        time.sleep(0.02)


@pytest.mark.parametrize("behave", [silent, dripping])
def test_one_that_hangs_is_left(behave):
    with answering(behave) as port:
        answer = send(f"http://127.0.0.1:{port}/", seconds=0.5)

    assert (answer.is_temporary, answer.words) == (True, "It did not answer within 0.5 seconds.")


def test_an_answer_without_end_counts_by_its_status():
    def flood(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with answering(flood) as port:
        assert send(f"http://127.0.0.1:{port}/").is_taken


@pytest.mark.parametrize("told", [b"", b"\x00\x01\x02\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_what_is_no_http(told):
    def babble(connection):
        connection.recv(65536)
        connection.sendall(told)
        connection.close()

    with answering(babble) as port:
        answer = send(f"http://127.0.0.1:{port}/")

    assert (answer.is_taken, answer.is_temporary) == (False, True)


def test_a_server_without_tls(receiver):
    answer = send(f"https://127.0.0.1:{receiver.port}/")

    assert answer.words == "It does not speak TLS there, or none that is safe."


def test_a_name_that_means_a_private_address_is_refused(app):
    with app.app_context(), pytest.raises(BadPlace) as caught:
        fit_addresses("localhost")

    assert caught.value.is_refused


def test_a_name_that_is_not_known_may_be_tomorrow(app):
    with app.app_context(), pytest.raises(BadPlace) as caught:
        fit_addresses("hooks.invalid")

    assert not caught.value.is_refused


def test_credentials_in_an_address_are_refused():
    with pytest.raises(ValidationFailed):
        check_shape("https://user:secret@example.com/")
