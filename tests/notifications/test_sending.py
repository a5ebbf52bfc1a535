"""Sending: tried again when that may help, by one of us at a time, and every attempt kept."""

from datetime import timedelta

import pytest

from app.core import clock
from app.notifications.models import Notification
from app.notifications.service import carrying, flushing, sending


def wait_of(sent):
    return clock.parse_wire(sent["next_attempt_at"])


def test_every_attempt_is_kept(teller, receiver, hook):
    receiver.answer(500)
    teller.notices(title="It failed")
    teller.tell()
    (waiting,) = teller.sent()
    teller.pass_time(hours=1)

    (sent,) = teller.sent()
    assert (waiting["status"], waiting["attempts"]) == ("pending", 1)
    assert teller.now > wait_of(waiting)
    assert [one["result"] for one in sent["tries"]] == ["try_again", "taken"]
    assert sent["tries"][0]["message"] == "It answered 500 Internal Server Error"
    assert (sent["status"], sent["recipient"]) == (
        "sent",
        f"http://127.0.0.1:{receiver.port}/********",
    )
    assert [post.body["title"] for post in receiver.posts] == ["It failed"] * 2
    first, second = (post.headers["Idempotency-Key"] for post in receiver.posts)
    assert first == second == receiver.posts[0].body["id"]


def test_pauses_grow(teller, receiver, hook):
    for _ in range(5):
        receiver.answer(500)
    teller.notices()
    teller.tell()
    pauses = [wait_of(teller.sent()[0]) - teller.now]
    for _ in range(3):
        teller.pass_time(hours=1)
        pauses.append(wait_of(teller.sent()[0]) - teller.now)

    usual = [timedelta(seconds=seconds) for seconds in (30, 120, 480, 1920)]
    assert all(a * 0.75 <= b <= a * 1.25 for a, b in zip(usual, pauses, strict=True))


@pytest.mark.parametrize(("status", "header"), [(429, "600"), (503, "600")])
def test_it_waits_as_long_as_it_is_asked_to(teller, receiver, hook, status, header):
    receiver.answer(status, {"Retry-After": header})
    teller.notices()
    teller.tell()

    assert wait_of(teller.sent()[0]) - teller.now == timedelta(seconds=600)


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_is_refused_for_good_is_not_tried_again(teller, receiver, hook, status):
    receiver.answer(status)
    teller.notices()
    teller.tell()
    teller.pass_time(hours=1)

    assert (len(receiver.posts), teller.sent()[0]["status"]) == (1, "failed")


def test_of_two_schedulers_one_sends_it(teller, receiver, hook, app):
    teller.notices()
    teller.take()
    with app.app_context():
        later = teller.now + timedelta(seconds=11)
        flushing.flush_due(later)
        first, second = sending.claim_due(later, 9), sending.claim_due(later, 9)

    assert (len(first), second) == (1, [])


def test_one_that_died_is_followed_by_another_under_the_same_id(teller, receiver, hook, app, cast):
    """Killed between the answer and its record: the receiver knows the second copy by its key."""
    teller.notices()
    teller.take()
    teller.now += timedelta(seconds=11)
    with app.app_context():
        flushing.flush_due(teller.now)
        (claim,) = sending.claim_due(teller.now, 9)
        parcel = sending.parcel_of(claim, teller.now)
        carrying.carry(parcel, teller.now)

    teller.pass_time(seconds=89)
    assert len(receiver.posts) == 1
    teller.pass_time(seconds=2)

    first, second = (post.headers["Idempotency-Key"] for post in receiver.posts)
    assert first == second
    assert teller.sent()[0]["status"] == "sent"
    with app.app_context():
        sending.deliver(claim, teller.now)
    assert len(receiver.posts) == 2


def test_one_that_kills_its_senders_comes_to_an_end(teller, receiver, hook, app):
    teller.notices()
    teller.take()
    teller.now += timedelta(seconds=11)
    with app.app_context():
        flushing.flush_due(teller.now)
        for _ in range(5):
            sending.claim_due(teller.now, 9)
            teller.now += timedelta(minutes=2)
    teller.pass_time(minutes=2)

    (sent,) = teller.sent()
    assert (sent["status"], sent["last_error"]) == ("failed", sending.LOST)
    assert receiver.posts == []


def test_each_tenants_first_comes_before_anybodys_second(teller, receiver, cast, app):
    outsider = cast.caller("admin", tenant="globex")
    body = {"kind": "webhook", "url": receiver.url}
    for _ in range(3):
        teller.channel(**body)
    assert outsider.post("/api/v1/notification-channels", {**body, "name": "a"}).status_code == 201
    teller.notices()
    teller.notices(tenant="globex")
    teller.take()
    teller.now += timedelta(seconds=11)
    with app.app_context():
        flushing.flush_due(teller.now)
        claims = sending.claim_due(teller.now, 2)

    assert {claim.tenant_id for claim in claims} == {cast.tenant("acme"), cast.tenant("globex")}


def test_who_was_served_by_mail_is_not_served_again(teller, postmaster, cast):
    postmaster.refused = {"bob@example.com": "450 Later"}
    teller.email_channel(recipients=["ann@example.com", "bob@example.com"])
    teller.notices()
    teller.tell()
    left = cast.rows(Notification)[0].left
    postmaster.refused = {}
    teller.pass_time(hours=1)

    assert left == ["bob@example.com"]
    assert postmaster.recipients == [["ann@example.com"], ["bob@example.com"]]
    assert postmaster.taken[0]["Message-ID"] == postmaster.taken[1]["Message-ID"]
    assert teller.sent()[0]["status"] == "sent"
