"""A runner or a storage that is down explains what its jobs fail by, under one alert."""

from datetime import timedelta

import pytest

from app.alerts.models import AlertNotice
from app.backups.models import BackupJob
from app.runners.models import Runner
from app.storage.models import StorageProvider
from tests.alerts.conftest import JOB, PROVIDER, RUNNER
from tests.support.rows import keep_run

HOST = "branch-office"
LOST = {"data": {"error_code": "RUNNER_LOST", "notify": True}}
AWAY = {"data": {"error_code": "STORAGE_UNAVAILABLE", "notify": True}}


@pytest.fixture
def jobs(cast):
    """Three jobs of one host."""
    cast.runner(HOST)
    return [cast.create_job(runner=HOST) for _ in range(3)]


@pytest.fixture
def fail(desk):
    """Let jobs fail, or be missed, in one batch."""

    def call(jobs, result="failed", **more):
        for job in jobs:
            desk.change(BackupJob, job.id, last_result=result)
            desk.record(f"backup.{result}", (JOB, job.id), **more)
        desk.follow()

    return call


@pytest.fixture
def lose(desk, cast, jobs):
    """Let the host fall silent, and be told of."""

    def call():
        (runner,) = cast.rows(Runner)
        desk.change(Runner, runner.id, lost_at=desk.now)
        desk.tell("runner.lost", (RUNNER, runner.id), data={"name": HOST})

    return call


@pytest.fixture
def find_back(desk, cast):
    def call():
        (runner,) = cast.rows(Runner)
        desk.change(Runner, runner.id, lost_at=None)
        desk.tell("runner.back", (RUNNER, runner.id), data={"name": HOST})

    return call


def by_type(desk, type_):
    return [alert for alert in desk.alerts() if alert.type == type_]


def test_failures_and_misses_while_it_is_down_are_its_children(desk, lose, fail, jobs, viewer):
    lose()
    fail(jobs[:2])
    fail(jobs[2:], "missed")

    listed = viewer.get("/api/v1/alerts").json["data"]
    assert [alert["type"] for alert in listed] == ["runner.lost"]
    parent = viewer.get(f"/api/v1/alerts/{listed[0]['id']}").json["data"]
    assert {child["backup_id"] for child in parent["children"]} == {job.id for job in jobs}
    assert (parent["children_total"], desk.notices()) == (3, ["opened"])


def test_what_failed_in_the_seconds_before_is_adopted_and_left_untold(desk, fail, lose, jobs):
    fail(jobs, **LOST)
    kept_back = desk.notices()
    desk.now += timedelta(seconds=20)
    lose()

    (parent,) = by_type(desk, "runner.lost")
    assert {alert.parent_id for alert in by_type(desk, "backup.failed")} == {parent.id}
    assert (kept_back, desk.notices()) == ([], ["opened"])


def test_a_notice_that_was_not_handled_yet_is_taken_back(desk, fail, lose, jobs):
    fail(jobs[:1])
    told = [notice.handled_at for notice in notices(desk)]
    lose()

    assert told == [None]
    assert [(one.kind, one.handled_at is None) for one in notices(desk)] == [
        ("opened", False),
        ("opened", True),
    ]


def notices(desk):
    return desk.cast.rows(AlertNotice)


def test_what_began_long_before_stays_an_alert_of_its_own(desk, fail, lose, jobs):
    fail(jobs[:1])
    desk.now += timedelta(minutes=11)
    lose()
    fail(jobs[:1])

    (own,) = by_type(desk, "backup.failed")
    assert (own.parent_id, own.count) == (None, 2)


def test_what_began_since_the_hosts_last_word_is_its_child(desk, fail, lose, jobs, cast):
    fail(jobs[:1])
    desk.change(Runner, cast.rows(Runner)[0].id, last_seen_at=desk.now - timedelta(minutes=3))
    desk.now += timedelta(hours=1)
    lose()

    (parent,), (child,) = by_type(desk, "runner.lost"), by_type(desk, "backup.failed")
    assert child.parent_id == parent.id


def test_another_hosts_job_is_no_child(desk, lose, fail, cast):
    lose()
    fail([cast.create_job(runner="elsewhere"), cast.create_job()])

    assert {alert.parent_id for alert in desk.alerts()} == {None}


def test_a_failure_kept_back_is_told_when_nothing_explains_it(desk, fail, jobs):
    fail(jobs[:1], **LOST)
    before = desk.notices()

    desk.wait(seconds=90)

    assert (before, desk.notices()) == ([], ["opened"])


def test_a_child_that_recovers_meanwhile_resolves_unheard(desk, lose, fail, jobs):
    lose()
    fail(jobs[:1])
    desk.tell("backup.succeeded", (JOB, jobs[0].id))

    assert by_type(desk, "backup.failed")[0].status == "resolved"
    assert desk.notices() == ["opened"]


def test_after_its_recovery_each_child_is_looked_at_again(desk, lose, find_back, fail, jobs):
    lose()
    fail(jobs)
    find_back()
    desk.change(BackupJob, jobs[0].id, last_result="success")
    early = desk.notices()
    desk.wait(minutes=16)

    well, *ill = by_type(desk, "backup.failed")
    assert early == ["opened", "resolved"]
    assert (well.status, {alert.parent_id for alert in ill}) == ("resolved", {None})
    assert desk.notices() == [*early, "opened", "opened"]


def test_a_child_whose_run_is_under_way_is_left_until_that_has_ended(
    desk, lose, find_back, fail, jobs, cast
):
    lose()
    fail(jobs[:1])
    find_back()
    run = {"status": "running", "runner": HOST, "finished_at": None, "snapshot_id": None}
    keep_run(cast, jobs[0].id, **run)
    desk.wait(minutes=16)
    during = desk.notices()

    desk.tell("backup.succeeded", (JOB, jobs[0].id))

    assert during == ["opened", "resolved"]
    assert (by_type(desk, "backup.failed")[0].status, desk.notices()) == ("resolved", during)


def test_a_failure_after_its_recovery_is_told_at_once(desk, lose, find_back, fail, jobs):
    lose()
    fail(jobs[:1])
    find_back()
    desk.now += timedelta(minutes=1)
    fail(jobs[:1])

    (child,) = by_type(desk, "backup.failed")
    assert (child.parent_id, child.count) == (None, 2)
    assert desk.notices() == ["opened", "resolved", "opened"]


def test_children_stay_with_a_host_that_is_lost_again(desk, lose, find_back, fail, jobs):
    lose()
    fail(jobs[:1])
    find_back()
    desk.now += timedelta(minutes=5)
    lose()

    desk.wait(minutes=16)

    (parent,), (child,) = by_type(desk, "runner.lost"), by_type(desk, "backup.failed")
    assert (parent.flaps, child.parent_id, child.look_again_at) == (1, parent.id, None)


def test_a_storage_explains_what_its_jobs_fail_by(desk, cast, fail):
    job = cast.create_job()
    fail([job], **AWAY)
    (provider,) = [row for row in cast.rows(StorageProvider) if row.id == job.storage_id]
    hurried = provider.check_due_at
    desk.now += timedelta(seconds=5)
    desk.change(StorageProvider, provider.id, is_online=False)
    desk.tell("storage.offline", (PROVIDER, provider.id))
    verification = {"test_status": "failed", "job_id": job.id}
    desk.tell("verification.failed", (JOB, job.id), data=verification)

    parent = by_type(desk, "storage.offline")[0]
    children = [alert.type for alert in desk.alerts() if alert.parent_id == parent.id]
    assert sorted(children) == ["backup.failed", "verification.failed"]
    assert (hurried, desk.notices()) == (desk.now - timedelta(seconds=5), ["opened"])


def test_damage_that_a_verification_found_is_never_a_child(desk, cast):
    job = cast.create_job()
    desk.change(StorageProvider, job.storage_id, is_online=False)
    desk.tell("storage.offline", (PROVIDER, job.storage_id))
    found = {"test_status": "completed", "test_result": "failed"}
    desk.tell("verification.failed", (JOB, job.id), data=found)

    assert {alert.parent_id for alert in desk.alerts()} == {None}
    assert desk.notices() == ["opened", "opened"]


def test_resolving_the_parent_by_hand_lets_its_children_go(desk, lose, fail, jobs, operator):
    lose()
    fail(jobs[:1])
    (parent,) = by_type(desk, "runner.lost")
    operator.post(f"/api/v1/alerts/{parent.id}/resolve", {})

    desk.wait(minutes=17)

    assert by_type(desk, "backup.failed")[0].parent_id is None
