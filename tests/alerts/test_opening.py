"""From event to alert: opened once, counted, escalated, resolved, brought back."""

from datetime import timedelta

import pytest

from app.alerts.models import AlertTurn
from app.backups.models import BackupJob
from tests.alerts.conftest import JOB


def stand(alert):
    return (alert.status, alert.count, alert.flaps)


def turns(cast):
    return [turn.kind for turn in cast.rows(AlertTurn)]


def test_a_failure_opens_one_alert_and_people_are_told_once(desk, failing, job):
    failing(title="Finance share failed", message="No space left.")
    failing()

    alert = desk.alert()
    assert (stand(alert), alert.dedup_key) == (("open", 2, 0), f"backup.failed:backup:{job.id}")
    assert (alert.severity, alert.backup_id, alert.title) == (
        "high",
        job.id,
        "backup.failed happened",
    )
    assert desk.notices() == ["opened"]


def test_a_recovery_resolves_it_by_itself(desk, failing, cast):
    subject = failing()
    desk.wait(minutes=5)
    desk.tell("backup.succeeded", subject)

    alert = desk.alert()
    assert (alert.status, alert.resolved_by, alert.resolved_at) == (
        "resolved",
        "recovery",
        desk.now,
    )
    assert desk.notices() == ["opened", "resolved"]
    assert turns(cast) == ["opened", "resolved"]


def test_a_success_where_nothing_was_wrong_opens_nothing(desk, job):
    desk.tell("backup.succeeded", (JOB, job.id))

    assert (desk.alerts(), desk.notices()) == ([], [])


def test_a_relapse_within_the_hour_is_the_same_alert_and_a_flap(desk, failing):
    subject = failing()
    desk.tell("backup.succeeded", subject)
    desk.now += timedelta(minutes=59)
    failing()

    alert = desk.alert()
    assert (stand(alert), alert.resolved_at, alert.resolved_by) == (("open", 2, 1), None, None)
    assert desk.notices() == ["opened", "resolved", "reopened"]


def test_a_relapse_after_the_hour_is_another_alert(desk, failing):
    subject = failing()
    desk.tell("backup.succeeded", subject)
    desk.now += timedelta(minutes=61)
    failing()

    assert [stand(alert) for alert in desk.alerts()] == [("resolved", 1, 0), ("open", 1, 0)]


def test_what_was_resolved_by_hand_stays_so_until_its_next_event(desk, failing, operator):
    failing()
    operator.post(f"/api/v1/alerts/{desk.alert().id}/resolve", {})
    desk.wait(minutes=2)
    quiet = desk.alert().status

    failing()

    assert (quiet, stand(desk.alert())) == ("resolved", ("open", 2, 1))


@pytest.mark.parametrize(
    ("opens", "resolves"),
    [
        ("backup.missed", "backup.recovered"),
        ("backup.missed", "backup.warned"),
        ("backup.warned", "backup.succeeded"),
        ("verification.failed", "verification.succeeded"),
        ("compliance.violated", "compliance.restored"),
    ],
)
def test_each_trouble_of_a_job_has_its_recovery(desk, job, opens, resolves):
    desk.tell(opens, (JOB, job.id))
    before = desk.alert().status
    desk.tell(resolves, (JOB, job.id))

    assert (before, desk.alerts()[0].status) == ("open", "resolved")


def test_a_worse_event_escalates_it_and_is_told(desk):
    subject = ("host", 3)
    desk.tell("external.disk", subject, severity="medium")
    desk.tell("external.disk", subject, severity="critical")
    desk.tell("external.disk", subject, severity="low", data={"alert": {"state": "problem"}})

    assert (desk.alert().severity, stand(desk.alert())) == ("critical", ("open", 3, 0))
    assert desk.notices() == ["opened", "escalated"]


def test_a_late_report_of_an_old_failure_opens_nothing(desk, job, cast, reporter):
    veeam = cast.create_job(backup_tool="veeam")
    post = {"job_id": veeam.id}
    reporter.post("/api/backup/status", {**post, "execution_result": "success"})
    hour_ago = (desk.now - timedelta(hours=1)).isoformat()
    late = {**post, "execution_result": "failed", "execution_date": hour_ago}
    assert reporter.post("/api/backup/status", late).status_code == 201
    desk.follow()

    assert cast.events() == ["backup.succeeded", "backup.failed"]
    assert desk.alerts() == []


def test_a_late_report_of_an_old_success_resolves_nothing(desk, cast, reporter):
    veeam = cast.create_job(backup_tool="veeam")
    post = {"job_id": veeam.id}
    reporter.post("/api/backup/status", {**post, "execution_result": "failed"})
    hour_ago = (desk.now - timedelta(hours=1)).isoformat()
    late = {**post, "execution_result": "success", "execution_date": hour_ago}
    reporter.post("/api/backup/status", late)
    desk.follow()

    assert desk.alert().status == "open"


def test_a_warning_that_nobody_wanted_to_hear_of_is_told_to_nobody(desk, failing):
    failing("warned", data={"notify": False})
    silent = (desk.alert().status, desk.notices())

    failing("warned")

    assert (silent, desk.notices()) == (("open", []), ["opened"])


def test_a_failure_is_told_though_nobody_wanted_to_hear_of_its_run(desk, failing):
    failing(data={"notify": False})

    assert desk.notices() == ["opened"]


def test_a_job_that_is_gone_or_switched_off_opens_nothing(desk, job, cast):
    other = cast.create_job()
    desk.change(BackupJob, job.id, deleted_at=desk.now)
    desk.change(BackupJob, other.id, is_active=False)
    desk.tell("backup.failed", (JOB, job.id))
    desk.tell("backup.missed", (JOB, other.id))

    assert desk.alerts() == []


def test_another_tenants_trouble_is_its_own(desk, cast, outsider, viewer):
    theirs = cast.create_job(tenant="globex")
    desk.tell("backup.failed", (JOB, theirs.id), tenant="globex")

    assert viewer.get("/api/v1/alerts").json["total"] == 0
    assert outsider.get("/api/v1/alerts").json["total"] == 1
