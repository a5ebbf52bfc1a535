"""Verifications that come again: written over the API, queued once when they are due."""

from datetime import timedelta

import pytest

from app.core import clock
from app.verification.models import Verification, VerificationSchedule
from app.verification.service import schedules
from tests.support.rows import keep_run

URL = "/api/v1/verify/schedules"


@pytest.fixture
def make(operator, job):
    def call(**fields):
        body = {"backup_id": job.id, "test_type": "restore", "frequency": "quarterly", **fields}
        return operator.post(URL, body)

    return call


@pytest.fixture
def queue_due(app):
    def call():
        with app.app_context():
            return schedules.queue_due(clock.utcnow())

    return call


@pytest.fixture
def due(make, job, cast, lab):
    """A schedule whose time came three periods ago."""
    keep_run(cast, job.id)
    schedule_id = make(frequency="cron", cron="0 * * * *").json["data"]["id"]
    lab.change(VerificationSchedule, schedule_id, next_run=clock.utcnow() - timedelta(hours=3))
    return schedule_id


def test_one_is_made_for_a_job_in_its_time_zone(operator, make, job):
    response = make()

    told = response.json["data"]
    assert (response.status_code, told["frequency"], told["scope"]) == (201, "quarterly", "sample")
    assert (told["timezone"], told["is_active"]) == (job.timezone, True)
    assert told["next_run"] > told["created_at"]
    assert operator.get(response.headers["Location"]).json["data"] == told


def test_half_a_year_is_spelled_in_two_ways(make):
    assert make(frequency="semi_annual").json["data"]["frequency"] == "semi-annual"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"frequency": "often"}, "frequency"),
        ({"frequency": "cron"}, "cron"),
        ({"frequency": "cron", "cron": "0 4 30 2 *"}, "cron"),
        ({"cron": "0 4 * * *"}, "cron"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"test_type": None}, "test_type"),
    ],
)
def test_bad_input_is_named(make, cast, fields, field):
    response = make(**fields)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(VerificationSchedule) == []


def test_a_change_plans_anew(operator, make):
    made = make().json["data"]

    changed = operator.put(f"{URL}/{made['id']}", {"frequency": "cron", "cron": "0 4 * * *"})
    paused = operator.put(f"{URL}/{made['id']}", {"is_active": False})

    assert changed.json["data"]["next_run"] < made["next_run"]
    assert (paused.status_code, paused.json["data"]["next_run"]) == (200, None)


def test_a_deleted_one_is_gone_and_its_verifications_stay(operator, due, queue_due, cast):
    queue_due()

    response = operator.delete(f"{URL}/{due}")

    assert response.status_code == 200
    assert operator.delete(f"{URL}/{due}").status_code == 404
    (kept,) = cast.rows(Verification)
    assert kept.schedule_id is None


def test_what_is_due_is_queued_once_after_down_time(due, queue_due, cast):
    assert (queue_due(), queue_due()) == (1, 0)

    (verification,) = cast.rows(Verification)
    (schedule,) = cast.rows(VerificationSchedule)
    assert (verification.schedule_id, verification.requested_by) == (due, "schedule")
    assert (verification.test_type, verification.status) == ("restore", "queued")
    assert schedule.next_run > clock.utcnow() - timedelta(minutes=1)
    assert schedule.version == 2


def test_two_schedulers_that_saw_it_due_queue_it_once(app, due, cast):
    (seen,) = cast.rows(VerificationSchedule)

    with app.app_context():
        done = [schedules.queue_one(clock.utcnow(), seen) for _ in range(2)]

    assert done == [True, False]
    assert len(cast.rows(Verification)) == 1


def test_one_whose_last_is_still_at_work_is_passed_over(due, queue_due, lab, cast):
    queue_due()
    lab.change(VerificationSchedule, due, next_run=clock.utcnow() - timedelta(hours=1))

    assert queue_due() == 0

    assert len(cast.rows(Verification)) == 1
    assert cast.rows(VerificationSchedule)[0].next_run > clock.utcnow() - timedelta(minutes=1)
