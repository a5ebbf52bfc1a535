"""An alert ends when its subject is well or gone, also where no event says so."""

from datetime import timedelta

import pytest

from app.backups.models import BackupJob
from app.runners.models import Runner
from app.storage.models import StorageProvider
from tests.alerts.conftest import JOB, PROVIDER, RUNNER


def ends(desk):
    return [alert.resolved_by for alert in desk.alerts()]


@pytest.fixture
def provider(cast):
    return cast.rows(StorageProvider)[0]


def test_a_deleted_job_has_no_trouble_any_more(desk, failing, operator, job):
    failing()
    desk.tell("compliance.violated", (JOB, job.id))
    desk.tell("verification.failed", (JOB, job.id))
    operator.delete(f"/api/v1/backups/{job.id}")
    desk.wait(minutes=1)

    assert ends(desk) == ["job_deleted"] * 3


def test_a_job_that_is_switched_off_is_not_awaited_but_still_judged(desk, failing, operator, job):
    failing()
    desk.tell("verification.failed", (JOB, job.id))
    operator.put(f"/api/v1/backups/{job.id}", {"is_active": False})
    desk.wait(minutes=1)

    assert ends(desk) == ["job_deactivated", None]


def test_a_job_with_another_schedule_is_schedulable_again(desk, job):
    desk.change(BackupJob, job.id, schedule_type="custom")
    desk.tell("backup.unschedulable", (JOB, job.id))
    desk.tell("backup.succeeded", (JOB, job.id))
    desk.wait(minutes=1)
    before = ends(desk)
    desk.change(BackupJob, job.id, next_run=desk.now)

    desk.wait(minutes=1)

    assert (before, ends(desk)) == ([None], ["recovery"])


def test_a_corrected_report_counts_as_a_recovery(desk, failing, job):
    failing()
    desk.change(BackupJob, job.id, last_result="success")

    desk.wait(minutes=1)

    assert ends(desk) == ["recovery"]


def test_a_storage_that_was_moved_and_answers_is_back(desk, provider):
    desk.tell("storage.offline", (PROVIDER, provider.id))
    desk.tell("storage.low", (PROVIDER, provider.id))
    desk.wait(minutes=1)
    before = ends(desk)
    desk.change(StorageProvider, provider.id, is_online=True, is_low=False)
    desk.wait(minutes=1)

    assert (before, ends(desk)) == ([None, None], ["recovery", "recovery"])


def test_a_deleted_storage_has_no_trouble_any_more(desk, provider):
    desk.tell("storage.offline", (PROVIDER, provider.id))
    desk.change(StorageProvider, provider.id, deleted_at=desk.now)

    desk.wait(minutes=1)

    assert ends(desk) == ["storage_deleted"]


def test_a_deleted_runner_is_not_missed_any_more(desk, cast, admin):
    cast.runner("branch-office")
    (runner,) = cast.rows(Runner)
    desk.change(Runner, runner.id, lost_at=desk.now)
    desk.tell("runner.lost", (RUNNER, runner.id), data={"name": "branch-office"})
    desk.wait(minutes=1)
    before = ends(desk)
    assert admin.delete(f"/api/v1/runners/{runner.id}").status_code == 200

    desk.wait(minutes=1)

    assert (before, ends(desk)) == ([None], ["runner_deleted"])


def test_a_lock_out_is_over_after_a_quarter_of_an_hour(desk):
    desk.tell("auth.locked", ("user", 7))
    desk.wait(minutes=14)
    before = desk.alert().status
    desk.wait(minutes=1)

    assert (before, desk.alert().status, ends(desk)) == ("open", "resolved", ["expiry"])


def test_what_was_reopened_by_hand_is_held_open(desk, failing, operator, job):
    failing()
    desk.tell("backup.succeeded", (JOB, job.id))
    desk.change(BackupJob, job.id, last_result="success")
    operator.post(f"/api/v1/alerts/{desk.alert().id}/reopen", {})
    desk.wait(minutes=5)
    held = desk.alert().status

    desk.tell("backup.succeeded", (JOB, job.id))

    assert (held, desk.alert().status) == ("open", "resolved")


def test_the_newest_events_are_left_to_their_follower(desk, failing, job):
    failing()
    desk.change(BackupJob, job.id, last_result="success")
    desk.wait(seconds=5)

    assert desk.alert().status == "open"
    assert desk.alert().last_seen_at == desk.now - timedelta(seconds=5)
