"""The outbox: a mail is a row until a server has taken it, and is sent by one of us."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.db import db
from app.core.mail import Mail, post, sending
from app.core.mail.models import OutgoingMail
from app.core.retrying import MOST_ATTEMPTS
from app.core.tenancy import unscoped
from tests.support.mail import mail_server

NOW = clock.utcnow()
HOUR = timedelta(hours=1)
INVITE = Mail("ann@example.com", "You are invited", "Come in: https://x/1", "<p>Come in</p>")


@pytest.fixture
def postmaster(app, monkeypatch):
    with mail_server() as found:
        monkeypatch.setitem(app.config, "SMTP_URL", found.url)
        yield found


@pytest.fixture
def posted(app):
    with app.app_context(), unscoped():
        post(INVITE, NOW)


@pytest.fixture
def send(app):
    """Let a scheduler send what is due at a moment."""

    def call(now=NOW, most=10):
        with app.app_context():
            claims = sending.claim_due(now, most)
            for claim in claims:
                sending.deliver(claim, now)
            return claims

    return call


def kept(cast):
    return cast.rows(OutgoingMail)[0]


def test_sends_each_mail_once(posted, postmaster, send, cast):
    send()
    send(NOW + HOUR)

    assert [message["Subject"] for message in postmaster.taken] == ["You are invited"]
    assert postmaster.recipients == [["ann@example.com"]]
    assert (kept(cast).sent_at, kept(cast).body, kept(cast).next_attempt_at) == (NOW, None, None)


def test_of_two_schedulers_one_gets_it(posted, app):
    with app.app_context():
        first, second = sending.claim_due(NOW, 10), sending.claim_due(NOW, 10)

    assert (len(first), second) == (1, [])


def test_no_more_is_claimed_than_there_are_places_for(posted, app, cast):
    with app.app_context():
        assert sending.claim_due(NOW, 0) == []
    assert kept(cast).attempts == 0


def test_refused_for_now_it_comes_again_under_the_same_id(posted, postmaster, send, cast):
    postmaster.answers = ["451 Come back later", "250 Taken"]

    send()
    waiting = kept(cast)
    send(NOW + HOUR)

    assert (waiting.attempts, waiting.sent_at) == (1, None)
    assert waiting.last_error == "The mail server refused it: 451 Come back later"
    assert NOW + timedelta(seconds=20) < waiting.next_attempt_at < NOW + timedelta(seconds=40)
    assert [message["Message-ID"] for message in postmaster.taken] == [waiting.message_id]


def test_refused_for_good_after_that_it_is_given_up(posted, postmaster, send, cast):
    postmaster.answers = ["451 Come back later", "550 No such user"]

    for hours in range(3):
        send(NOW + hours * HOUR)

    row = kept(cast)
    assert (row.attempts, row.failed_at, row.body) == (2, NOW + HOUR, None)
    assert row.last_error == "The mail server refused it: 550 No such user"
    assert postmaster.taken == []


def test_is_given_up_after_five_attempts(posted, postmaster, send, cast):
    postmaster.answers = ["451 No"] * 10

    for hours in range(8):
        send(NOW + hours * HOUR)

    assert (kept(cast).attempts, kept(cast).failed_at) == (MOST_ATTEMPTS, NOW + 4 * HOUR)
    assert len(postmaster.answers) == 5


def test_without_a_server_it_says_so(posted, send, cast):
    send()

    assert kept(cast).last_error == sending.NO_SERVER


def test_a_sender_that_died_is_followed_by_another(posted, postmaster, send, app, cast):
    with app.app_context():
        sending.claim_due(NOW, 10)

    send(NOW + sending.LEASE - timedelta(seconds=1))
    assert postmaster.taken == []
    send(NOW + sending.LEASE)

    assert len(postmaster.taken) == 1
    assert kept(cast).attempts == 2


def test_who_lost_the_lease_keeps_nothing(posted, postmaster, app, cast):
    with app.app_context():
        (late,) = sending.claim_due(NOW, 10)
        (ours,) = sending.claim_due(NOW + sending.LEASE, 10)
        sending.deliver(late, NOW)
        sending.deliver(ours, NOW + HOUR)

    assert len(postmaster.taken) == 1
    assert kept(cast).sent_at == NOW + HOUR


def test_a_mail_that_kills_its_senders_comes_to_an_end(posted, app, cast):
    with app.app_context():
        for number in range(MOST_ATTEMPTS + 1):
            sending.claim_due(NOW + number * HOUR, 10)

    assert (kept(cast).last_error, kept(cast).body) == (sending.LOST, None)


def test_what_it_holds_is_encrypted(posted, app):
    with app.app_context(), db.engine.connect() as connection:
        (raw,) = connection.exec_driver_sql("SELECT body FROM outgoing_mails").one()

    assert "Come in" not in raw
