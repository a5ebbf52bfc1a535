"""Events that become no alert: told to those who asked, and to jobs' own addresses."""

from dataclasses import fields

import pytest

from app.events.models import Event
from app.events.service.following import Seen
from app.notifications.models import NotificationChannel, NotificationItem
from app.notifications.service import following

OWN = "finance@example.com"


def subjects(postmaster):
    return [message["Subject"] for message in postmaster.taken]


@pytest.fixture
def finance(cast):
    return cast.create_job(name="Finance", notification_email=OWN)


@pytest.fixture
def happen(teller):
    """An event of a job's run."""

    def call(type_, job, run=1, **data):
        title = f"{job.name} {type_.partition('.')[2]}"
        told = {"execution_id": run, "notify": True, **data}
        teller.event(type_, title, subject_type="backup", subject_id=job.id, data=told)

    return call


def test_a_channel_is_told_of_the_events_it_asked_for(teller, postmaster, happen, job):
    teller.email_channel(event_types=["backup.succeeded"], min_severity="info")
    teller.email_channel(recipients=["alerts@example.com"], min_severity="info")
    happen("backup.succeeded", job)
    happen("backup.started", job)

    teller.tell()

    assert subjects(postmaster) == [f"[Holdfast] [INFO] {job.name} succeeded"]
    assert postmaster.recipients == [["ops@example.com"]]
    assert "/api/v1/events/" in postmaster.bodies()[0]


def test_what_alerts_tell_is_not_told_as_an_event_too(teller, postmaster, happen, job):
    teller.email_channel(event_types=["backup.*"], min_severity="low")
    happen("backup.failed", job)

    teller.tell()

    assert postmaster.taken == []


def test_what_was_before_the_channel_is_no_news(teller, postmaster, happen, job):
    happen("backup.cancelled", job)
    teller.now = teller.now.replace(year=teller.now.year + 1)
    teller.email_channel(event_types=["*"], min_severity="info")

    teller.tell()

    assert postmaster.taken == []


def seen(event):
    return Seen(**{field.name: getattr(event, field.name) for field in fields(Seen)})


def test_a_batch_that_comes_again_is_told_once(teller, app, happen, job, cast):
    teller.email_channel(event_types=["*"], min_severity="info")
    happen("backup.succeeded", job)
    teller.take()
    batch = [seen(event) for event in cast.rows(Event)]
    with app.app_context():
        following.take(teller.now, batch)

    assert [item.source for item in cast.rows(NotificationItem)] == [f"event:{batch[0].id}"]


@pytest.mark.parametrize("type_", ["backup.succeeded", "backup.failed", "backup.missed"])
def test_a_jobs_own_address_gets_its_results(teller, postmaster, happen, finance, type_):
    happen(type_, finance)

    teller.tell()

    assert postmaster.recipients == [[OWN]]
    assert f"Finance {type_.partition('.')[2]}" in subjects(postmaster)[0]
    assert teller.sent()[0]["recipient"] == "f***@example.com"
    assert teller.sent()[0]["channel_id"] is None


@pytest.mark.parametrize(
    ("type_", "told"), [("backup.succeeded", 0), ("backup.warned", 0), ("backup.failed", 1)]
)
def test_quiet_results_are_kept_quiet_but_failures(
    teller, postmaster, happen, finance, type_, told
):
    happen(type_, finance, notify=False)

    teller.tell()

    assert len(postmaster.taken) == told


def test_a_run_by_which_a_job_recovers_is_told_once(teller, postmaster, happen, finance):
    happen("backup.succeeded", finance, run=2)
    happen("backup.recovered", finance, run=2)

    teller.tell()

    assert subjects(postmaster) == ["[Holdfast] [INFO] Finance recovered"]


def test_verifications_are_results_too(teller, postmaster, happen, finance):
    happen("verification.succeeded", finance)
    happen("verification.succeeded", finance, notify=False)
    happen("verification.failed", finance, notify=False)

    teller.tell()

    assert len(postmaster.taken) == 2


def test_many_jobs_with_one_address_make_one_mail(teller, postmaster, happen, cast):
    for _ in range(7):
        happen("backup.failed", cast.create_job(notification_email=OWN))

    teller.tell()

    assert subjects(postmaster) == ["[Holdfast] [HIGH] 7 messages: 7 high"]


def test_what_an_address_is_told_by_is_shown_to_nobody(
    teller, postmaster, happen, finance, admin, cast
):
    happen("backup.failed", finance)
    teller.tell()
    (hidden,) = cast.rows(NotificationChannel)

    assert admin.get("/api/v1/notification-channels").json["total"] == 0
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/test")):
        body = {"json": {"digest": "off"}} if method == "PUT" else {}
        url = f"/api/v1/notification-channels/{hidden.id}{path}"
        assert admin.call(method, url, **body).status_code == 404
    assert teller.sent(f"channel_id={hidden.id}") == []


def test_an_address_in_another_tenant_is_told_apart(teller, happen, finance, cast, postmaster):
    theirs = cast.create_job(tenant="globex", notification_email=OWN)
    happen("backup.failed", finance)
    happen("backup.failed", theirs)

    teller.tell()

    assert subjects(postmaster) == ["[Holdfast] [HIGH] Finance failed"]
