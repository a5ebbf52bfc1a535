"""A job's schedule: what contradicts itself is refused, and what holds tells the next run."""

from datetime import UTC, datetime

import pytest

from app.backups.models import BackupJob
from app.core import clock

# A Saturday.
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

NEXT_RUNS = [
    ({"schedule_type": "manual"}, None),
    ({"schedule_type": "daily", "schedule_time": "02:00"}, "2026-11-22T02:00:00Z"),
    (
        {"schedule_type": "daily", "schedule_time": "02:00", "timezone": "America/New_York"},
        "2026-11-22T07:00:00Z",
    ),
    (
        {"schedule_type": "weekly", "schedule_time": "02:00", "schedule_days": "thu,mon"},
        "2026-11-23T02:00:00Z",
    ),
    (
        {"schedule_type": "monthly", "schedule_time": "02:00", "schedule_days": "last,15"},
        "2026-11-30T02:00:00Z",
    ),
    ({"schedule_type": "monthly"}, "2026-12-01T00:00:00Z"),
    ({"schedule_type": "custom", "cron": "*/15 * * * *"}, "2026-11-21T12:15:00Z"),
]
CONTRADICTIONS = [
    ({"schedule_type": "daily"}, "schedule_time"),
    ({"schedule_type": "weekly", "schedule_time": "02:00"}, "schedule_days"),
    ({"schedule_type": "weekly", "schedule_days": "mon"}, "schedule_time"),
    (
        {"schedule_type": "weekly", "schedule_time": "02:00", "schedule_days": "15"},
        "schedule_days",
    ),
    (
        {"schedule_type": "weekly", "schedule_time": "02:00", "schedule_days": "funday"},
        "schedule_days",
    ),
    (
        {"schedule_type": "daily", "schedule_time": "02:00", "schedule_days": "mon"},
        "schedule_days",
    ),
    ({"schedule_type": "monthly", "schedule_days": "mon"}, "schedule_days"),
    ({"schedule_type": "monthly", "schedule_days": "32"}, "schedule_days"),
    ({"schedule_type": "manual", "schedule_time": "02:00"}, "schedule_time"),
    ({"schedule_type": "manual", "cron": "* * * * *"}, "cron"),
    ({"schedule_type": "custom"}, "cron"),
    ({"schedule_type": "custom", "cron": "61 * * * *"}, "cron"),
    ({"schedule_type": "custom", "cron": "0 0 30 2 *"}, "cron"),
    ({"schedule_type": "custom", "cron": "* * * * * *"}, "cron"),
]


@pytest.fixture
def daily(cast):
    with clock.hold(NOW):
        return cast.create_job(schedule_type="daily", schedule_time="02:00")


def url(job):
    return f"/api/v1/backups/{job.id}"


@pytest.mark.parametrize(("schedule", "expected"), NEXT_RUNS)
def test_tells_the_next_run_of_each_kind(operator, cast, schedule, expected):
    with clock.hold(NOW):
        job = cast.create_job(**schedule)

    response = operator.get(url(job))

    assert response.json["data"]["next_run"] == expected


@pytest.mark.parametrize(("schedule", "field"), CONTRADICTIONS)
def test_refuses_a_contradiction_on_its_field(operator, cast, sources, schedule, field):
    body = {"name": "X", "source_path": str(sources), "backup_type": "full", **schedule}

    response = operator.post("/api/v1/backups", body)

    assert (response.status_code, list(response.json["details"])) == (400, [field])
    assert cast.rows(BackupJob) == []


def test_days_are_kept_in_one_spelling(cast):
    job = cast.create_job(schedule_type="monthly", schedule_days="last, 01,15,1")

    assert job.schedule_days == "1,15,last"


def test_another_time_zone_moves_the_next_run(operator, daily):
    operator.put(url(daily), {"timezone": "Asia/Tokyo"})

    response = operator.get(url(daily))

    assert response.json["data"]["next_run"].endswith("T17:00:00Z")


def test_an_inactive_job_has_no_next_run_and_is_not_overdue(operator, cast, daily):
    operator.put(url(daily), {"is_active": False})

    (row,) = cast.rows(BackupJob)
    assert (row.next_run, row.overdue_at) == (None, None)
    response = operator.put(url(daily), {"is_active": True})
    assert response.json["data"]["next_run"].endswith("T02:00:00Z")


def test_a_put_of_the_same_schedule_leaves_an_overdue_run_due(operator, daily, cast):
    body = operator.get(url(daily)).json["data"]

    operator.put(url(daily), {**body, "description": "changed"})

    (row,) = cast.rows(BackupJob)
    assert (row.description, row.next_run) == ("changed", daily.next_run)
    assert row.overdue_at == daily.overdue_at


def test_a_longer_grace_puts_off_when_it_is_overdue(operator, daily, cast):
    operator.put(url(daily), {"grace_minutes": 120})

    (row,) = cast.rows(BackupJob)
    assert (row.overdue_at - row.next_run).total_seconds() == 120 * 60


def test_another_type_leaves_behind_what_the_old_one_needed(operator, cast):
    job = cast.create_job(schedule_type="weekly", schedule_time="02:00", schedule_days="mon")

    response = operator.put(url(job), {"schedule_type": "custom", "cron": "0 3 * * *"})

    assert response.status_code == 200
    kept = response.json["data"]
    assert (kept["schedule_time"], kept["schedule_days"], kept["cron"]) == (None, None, "0 3 * * *")


@pytest.mark.parametrize("change", [{"schedule_time": None}, {"cron": "0 3 * * *"}])
def test_a_change_may_not_break_the_schedule(operator, daily, cast, change):
    response = operator.put(url(daily), change)

    assert (response.status_code, list(response.json["details"])) == (400, list(change))
    (row,) = cast.rows(BackupJob)
    assert (row.schedule_time, row.cron, row.version) == ("02:00", None, 1)
