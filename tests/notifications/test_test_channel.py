"""POST /notification-channels/{id}/test: sent at once, with words that help to mend it."""

import pytest

from app.core.db import db
from tests.support.storage_servers.listening import answering
from tests.support.webhook import webhook_receiver

CHANNELS = "/api/v1/notification-channels"


@pytest.fixture
def try_it(admin):
    def call(channel):
        response = admin.post(f"{CHANNELS}/{channel['id']}/test")
        assert response.status_code == 200, response.text
        return response.json["data"]

    return call


def test_a_mail_arrives(teller, postmaster, try_it):
    channel = teller.email_channel()

    tested = try_it(channel)

    assert (tested["delivered"], tested["message"]) == (True, "Taken.")
    assert [mail["Subject"] for mail in postmaster.taken] == ["[Holdfast] Test: this channel works"]
    (sent,) = teller.sent("kind=test")
    assert (sent["id"], sent["status"]) == (tested["notification_id"], "sent")
    assert teller.shown(channel)["last_success_at"] is not None


def test_what_waits_for_the_channel_goes_on_waiting(teller, postmaster, try_it):
    channel = teller.email_channel()
    teller.notices(title="It failed")
    teller.take()

    try_it(channel)

    assert "It failed" not in postmaster.bodies()[0]
    assert [item.notification_id for item in teller.items()] == [None]


def test_without_a_mail_server_it_says_what_to_set(teller, try_it, cast):
    channel = teller.email_channel()

    tested = try_it(channel)

    assert tested["delivered"] is False
    assert tested["message"] == "No mail server is configured: set SMTP_URL."
    assert teller.shown(channel)["last_error"] == tested["message"]
    assert cast.events() == []


@pytest.mark.parametrize("format_", ["slack", "teams", "generic"])
def test_a_chat_is_posted_to_in_its_shape(app, monkeypatch, teller, try_it, format_):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)
    with webhook_receiver() as receiver:
        channel = teller.channel(kind="webhook", url=receiver.url, format=format_)
        tested = try_it(channel)

    assert tested["delivered"]
    shape = {"slack": "attachments", "teams": "attachments", "generic": "items"}
    assert shape[format_] in receiver.posts[0].body


def test_an_address_that_became_private_is_not_posted_to(app, monkeypatch, teller, try_it):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)
    with webhook_receiver() as receiver:
        channel = teller.channel(kind="webhook", url=receiver.url)
        monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", False)
        tested = try_it(channel)

    assert tested["delivered"] is False
    assert "Must lead to a public address" in tested["message"]
    assert receiver.posts == []


def test_no_connection_is_held_meanwhile(app, monkeypatch, teller, try_it):
    held = []

    def look(connection):
        connection.recv(65536)
        held.append(db_pool.checkedout())
        connection.sendall(b"HTTP/1.1 204 OK\r\n\r\n")

    with app.app_context():
        db_pool = db.engine.pool
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_WEBHOOKS", True)
    with answering(look) as port:
        tested = try_it(teller.channel(kind="webhook", url=f"http://127.0.0.1:{port}/"))

    assert (tested["delivered"], held) == (True, [0])
