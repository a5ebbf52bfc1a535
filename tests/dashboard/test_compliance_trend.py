"""GET /dashboard/compliance-trend: how many jobs complied on each day."""

from datetime import timedelta

import pytest

from app.backups.models import BackupJob
from app.compliance.models import ComplianceChange

DAY = timedelta(days=1)


@pytest.fixture
def stand(cast, keep, app, now):
    """A job of so many days ago, and its statuses since: (days ago, status)."""

    def call(made, *moves, deleted=None):
        status, changes = "unknown", []
        for days_ago, to in moves:
            facts = {"changed": [], "digits": {}, "changed_at": now - days_ago * DAY}
            changes.append(ComplianceChange(status=to, previous_status=status, **facts))
            status = to
        job = BackupJob(
            name=f"Job of {made} {moves}",
            source_path="/srv",
            backup_type="full",
            schedule_type="manual",
            timezone="UTC",
            created_at=now - made * DAY,
            compliance_status=status,
            deleted_at=None if deleted is None else now - deleted * DAY,
        )
        keep(job)
        for change in changes:
            change.job_id = job.id
        keep(*changes)

    return call


def counted(day):
    return {status: count for status, count in day["by_status"].items() if count}


def test_tells_how_the_jobs_stood_at_the_end_of_each_day(show, stand):
    stand(60, (50, "compliant"), (3, "non_compliant"), (1, "compliant"))
    stand(40, (40, "warning"), (2, "warning"))

    data = show("compliance-trend", time_period="last_7d")

    assert [counted(day) for day in data["by_day"]][-5:] == [
        {"compliant": 1, "warning": 1},
        {"non_compliant": 1, "warning": 1},
        {"non_compliant": 1, "warning": 1},
        {"compliant": 1, "warning": 1},
        {"compliant": 1, "warning": 1},
    ]
    assert (data["by_status"]["compliant"], data["compliance_rate"]) == (1, 50.0)


def test_a_new_job_is_unknown_and_a_deleted_one_is_gone(show, stand):
    stand(2, (1, "compliant"))
    stand(60, (30, "warning"), deleted=1)

    days = show("compliance-trend", time_period="last_7d")["by_day"]

    assert [counted(day) for day in days][-4:] == [
        {"warning": 1},
        {"unknown": 1, "warning": 1},
        {"compliant": 1},
        {"compliant": 1},
    ]
    assert [day["total"] for day in days][-4:] == [1, 2, 1, 1]
