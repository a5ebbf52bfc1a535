"""A batch that comes again after a crash counts nothing twice, and one bad event stops no other."""

import threading
from itertools import pairwise

import pytest
from sqlalchemy.exc import IntegrityError

from app.alerts.models import Alert, AlertTurn
from app.alerts.service import following
from app.core import clock
from app.events.models import Event
from app.events.service.following import Seen
from tests.alerts.conftest import JOB
from tests.support.rows import keep_alert

PROBLEM = {"alert": {"state": "problem"}}


@pytest.fixture
def batch(app, cast):
    """Everything that was recorded, as a follower is given it."""

    def call():
        return [
            Seen(**{name: getattr(event, name) for name in Seen.__slots__})
            for event in cast.rows(Event)
        ]

    return call


@pytest.fixture
def take(app, desk):
    def call(events):
        with app.app_context():
            following.take(desk.now, events)

    return call


def state(desk):
    return [(alert.id, alert.status, alert.count, alert.flaps) for alert in desk.alerts()]


@pytest.mark.parametrize(
    "story",
    [
        ("failed",),
        ("failed", "failed", "failed"),
        ("succeeded", "failed"),
        ("failed", "succeeded"),
        ("failed", "succeeded", "failed"),
        ("succeeded", "failed", "succeeded", "failed", "failed"),
    ],
)
def test_a_whole_batch_again_changes_nothing(desk, job, batch, take, story):
    for word in story:
        desk.record(f"backup.{word}", (JOB, job.id))
    take(batch())
    before = state(desk), desk.notices()

    take(batch())

    assert (state(desk), desk.notices()) == before


def test_a_batch_that_was_cut_short_anywhere_comes_to_the_same(desk, cast, job, batch, take):
    words = ("failed", "failed", "succeeded", "failed", "succeeded", "failed", "failed")
    for word in words:
        desk.record(f"backup.{word}", (JOB, job.id))
    events = batch()

    for cut, _ in pairwise(range(len(events) + 1)):
        take(events[:cut])
    take(events)

    (alert,) = desk.alerts()
    assert (alert.status, alert.count, alert.flaps) == ("open", 5, 2)
    assert len(cast.rows(AlertTurn)) == len(words)


def test_two_followers_of_one_batch_at_once_count_it_once(app, desk, job, batch, take):
    for _ in range(30):
        desk.record("backup.failed", (JOB, job.id))
    events = batch()
    threads = [threading.Thread(target=take, args=(events,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert [(alert.status, alert.count) for alert in desk.alerts()] == [("open", 30)]
    assert desk.notices() == ["opened"]


def test_an_event_that_cannot_be_applied_leaves_the_others(app, desk, job, batch, take):
    desk.record("external.disk", ("host", 1), severity="high")
    desk.record("external.disk", ("host", 2), severity="unheard-of", data=PROBLEM)
    desk.record("backup.failed", (JOB, job.id))

    take(batch())

    assert [alert.type for alert in desk.alerts()] == ["external.disk", "backup.failed"]


def test_the_database_lets_one_alert_of_a_key_be_open(cast):
    first = keep_alert(cast, dedup_key="disk-1")
    keep_alert(cast, dedup_key="disk-1", status="resolved", resolved_at=clock.utcnow())

    with pytest.raises(IntegrityError):
        keep_alert(cast, dedup_key="disk-1", status="snoozed")

    open_ = [alert.id for alert in cast.rows(Alert) if alert.status != "resolved"]
    assert open_ == [first]
