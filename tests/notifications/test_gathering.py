"""When what waits is sent, and as how many messages."""

from datetime import UTC, datetime, timedelta

import pytest

from app.notifications.rules.gathering import Habits, Waiting, calm_after, due_at, is_one_message

NOON = datetime(2026, 1, 10, 12, 20, tzinfo=UTC)
PLAIN = Habits(
    digest="off",
    digest_times=("08:00",),
    quiet_hours=None,
    zone="UTC",
    gather_seconds=10,
    storm_until=None,
)


def habits(**fields):
    return Habits(**{**PLAIN.__dict__, **fields})


def waiting(count=1, span=0, *, is_urgent=False):
    return Waiting(count, NOON, NOON + timedelta(seconds=span), is_urgent)


def after(**delta):
    return NOON + timedelta(**delta)


def test_it_goes_when_nothing_new_came_for_a_while():
    assert due_at(waiting(count=2, span=7), PLAIN) == after(seconds=17)


def test_a_stream_without_end_is_cut_after_a_minute():
    assert due_at(waiting(count=300, span=58), PLAIN) == after(seconds=60)


@pytest.mark.parametrize(("count", "is_one"), [(1, False), (5, False), (6, True)])
def test_more_than_five_are_one_message(count, is_one):
    assert is_one_message(waiting(count), PLAIN) is is_one


def test_after_more_than_five_the_next_ones_wait_five_minutes():
    assert calm_after(waiting(6), PLAIN, NOON) == after(minutes=5)
    assert calm_after(waiting(5), PLAIN, NOON) is None


@pytest.mark.parametrize("is_urgent", [False, True])
def test_a_storm_holds_back_everything_and_makes_one_message_of_it(is_urgent):
    stormy = habits(storm_until=after(minutes=4))

    assert due_at(waiting(is_urgent=is_urgent), stormy) == after(minutes=4)
    assert is_one_message(waiting(2, is_urgent=is_urgent), stormy)


@pytest.mark.parametrize(
    ("digest", "due"), [("hourly", after(minutes=40)), ("daily", after(hours=19, minutes=40))]
)
def test_a_digest_waits_for_its_time(digest, due):
    assert due_at(waiting(), habits(digest=digest)) == due
    assert is_one_message(waiting(2), habits(digest=digest))
    assert not is_one_message(waiting(1), habits(digest=digest))


def test_quiet_hours_hold_back_until_they_end():
    quiet = habits(quiet_hours={"from": "12:00", "to": "14:00"})

    assert due_at(waiting(), quiet) == after(minutes=100)
    assert is_one_message(waiting(2), quiet)


def test_a_digest_within_quiet_hours_waits_for_their_end():
    quiet = habits(digest="hourly", quiet_hours={"from": "12:30", "to": "14:00"})

    assert due_at(waiting(), quiet) == after(minutes=100)


def test_what_is_critical_waits_for_neither():
    held = habits(digest="daily", quiet_hours={"from": "12:00", "to": "14:00"})

    assert due_at(waiting(is_urgent=True), held) == after(seconds=10)
