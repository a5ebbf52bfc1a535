"""The first look at a long history opens what is still true, and tells nobody of old things."""

from datetime import timedelta

import pytest

from app.alerts.models import AlertTurn
from app.backups.models import BackupJob
from tests.alerts.conftest import JOB


@pytest.fixture
def history(desk, job):
    """Twenty nights of failures, each mended in the morning."""

    def call(subject_id=job.id):
        for days in range(30, 10, -1):
            night = desk.now - timedelta(days=days)
            desk.record("backup.failed", (JOB, subject_id), occurred_at=night)
            morning = night + timedelta(hours=6)
            desk.record("backup.succeeded", (JOB, subject_id), occurred_at=morning)

    return call


def test_opens_nothing_of_what_is_over(desk, job, history):
    ended = desk.now - timedelta(days=10)
    desk.change(BackupJob, job.id, last_result="success", last_success_at=ended)
    history()

    desk.follow()

    assert (desk.alerts(), desk.notices(), desk.cast.rows(AlertTurn)) == ([], [], [])


def test_opens_what_is_still_true_once_and_tells_nobody(desk, job, history):
    ended = desk.now - timedelta(days=10)
    desk.change(BackupJob, job.id, last_result="failed", last_success_at=ended)
    history()
    for days in (9, 8, 7):
        desk.record("backup.failed", (JOB, job.id), occurred_at=desk.now - timedelta(days=days))

    desk.follow()

    assert (desk.alert().status, desk.alert().count, desk.notices()) == ("open", 3, [])


def test_tells_of_what_happens_to_it_from_now_on(desk, job, failing):
    desk.change(BackupJob, job.id, last_result="failed")
    desk.tell("backup.failed", (JOB, job.id), occurred_at=desk.now - timedelta(days=3))

    failing()

    assert (desk.alert().count, desk.notices()) == (2, ["opened"])


def test_a_recovery_of_what_nobody_was_told_of_is_not_told(desk, job):
    desk.change(BackupJob, job.id, last_result="failed")
    desk.tell("backup.failed", (JOB, job.id), occurred_at=desk.now - timedelta(days=3))
    desk.tell("backup.succeeded", (JOB, job.id))

    assert (desk.alert().status, desk.notices()) == ("resolved", [])


def test_a_lock_out_of_long_ago_opens_nothing(desk):
    desk.tell("auth.locked", ("user", 7), occurred_at=desk.now - timedelta(days=2))

    assert desk.alerts() == []


def test_a_moment_in_the_future_counts_as_now(desk, failing):
    failing(occurred_at=desk.now + timedelta(days=400))

    assert desk.alert().last_seen_at == desk.now
