"""An alert that comes back again and again says so, and people hear no more of each turn."""

import pytest

from tests.alerts.conftest import JOB


@pytest.fixture
def flap(desk, failing, job):
    """Let the job recover and fail again, so many times, a minute apart."""

    def call(times):
        for _ in range(times):
            desk.wait(minutes=1)
            desk.tell("backup.succeeded", (JOB, job.id))
            failing()

    return call


def shown(caller, desk):
    return caller.get(f"/api/v1/alerts/{desk.alert().id}").json["data"]


def test_flaps_from_the_third_relapse_within_an_hour(desk, failing, flap, viewer):
    failing()
    flap(2)
    before = shown(viewer, desk)["is_flapping"]
    flap(1)

    after = shown(viewer, desk)
    assert (before, after["is_flapping"], after["flaps"], after["count"]) == (False, True, 3, 4)


def test_nobody_hears_of_each_turn_once_it_flaps(desk, failing, flap):
    failing()
    flap(3)
    told = desk.notices()
    flap(4)

    assert told == ["opened", *["resolved", "reopened"] * 3]
    assert desk.notices() == told


def test_people_hear_how_it_stands_when_it_is_calm(desk, failing, flap, job):
    failing()
    flap(4)
    desk.tell("backup.succeeded", (JOB, job.id))
    during = desk.notices()

    desk.wait(minutes=57)
    early = desk.notices()
    desk.wait(minutes=5)

    assert (during[-1], early) == ("reopened", during)
    assert desk.notices() == [*during, "resolved"]


def test_one_that_stays_open_is_not_told_again_when_it_is_calm(desk, failing, flap):
    failing()
    flap(5)
    before = desk.notices()

    desk.wait(minutes=62)

    assert (desk.notices(), desk.alert().calm_at) == (before, None)


def test_the_summary_counts_what_flaps(desk, failing, flap, viewer):
    failing()
    flap(3)

    assert viewer.get("/api/v1/alerts/summary").json["data"]["flapping"] == 1
