"""GET /dashboard/backup-stats: runs by result and day, slow jobs, jobs at risk."""

from datetime import timedelta

from app.backups.models import Execution
from app.dashboard.service.jobs import SHOWN

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_counts_runs_by_result_and_by_day(show, report, veeam_job, now):
    report(veeam_job, "success", 3 * DAY, size=4096, seconds=60)
    report(veeam_job, "warning", 2 * DAY, size=2**40, seconds=30.5)
    report(veeam_job, "failed", 2 * DAY - HOUR)

    data = show("backup-stats", time_period="last_7d")

    assert data["total"] == 3
    assert {name: count for name, count in data["by_result"].items() if count} == {
        "success": 1,
        "warning": 1,
        "failed": 1,
    }
    assert (data["success_rate"], data["size_bytes"]) == (66.67, 2**40 + 4096)
    assert data["mean_duration_seconds"] == 45.25
    days = {one["date"]: one["total"] for one in data["by_day"]}
    assert len(days) == 8
    assert days[(now - 3 * DAY).date().isoformat()] == 1


def test_runs_before_the_window_and_restores_do_not_count(show, report, veeam_job, keep, now):
    report(veeam_job, "failed", 8 * DAY + HOUR)
    times = dict.fromkeys(("execution_date", "started_at", "finished_at"), now)
    facts = {"job_id": veeam_job.id, "trigger": "manual", "status": "success", **times}
    keep(Execution(kind="restore", **facts))

    assert show("backup-stats", time_period="last_7d")["total"] == 0


def test_another_tenants_runs_do_not_count(show, outsider, report, veeam_job):
    report(veeam_job)

    theirs = outsider.get("/api/v1/dashboard/backup-stats").json["data"]

    assert (theirs["total"], show("backup-stats")["total"]) == (0, 1)
    assert theirs["slowest_jobs"] == []


def test_the_slowest_jobs_are_those_whose_last_run_took_longest(show, report, cast, now):
    quick, slow, old = (cast.create_job(backup_tool="veeam") for _ in range(3))
    report(slow, ago=6 * HOUR, seconds=10)
    report(slow, ago=5 * HOUR, seconds=900)
    report(quick, ago=4 * HOUR, seconds=1800)
    report(quick, ago=3 * HOUR, seconds=12)
    report(old, ago=3 * DAY, seconds=7200)

    listed = show("backup-stats")["slowest_jobs"]

    assert [(one["backup_id"], one["duration_seconds"]) for one in listed] == [
        (slow.id, 900),
        (quick.id, 12),
    ]


def test_a_second_post_of_a_run_brings_its_duration(show, reporter, veeam_job):
    reporter.post("/api/backup/update-status", {"job_id": veeam_job.id, "status": "success"})
    before = show("backup-stats")["slowest_jobs"]
    body = {"job_id": veeam_job.id, "execution_result": "success", "duration_seconds": 77}
    reporter.post("/api/backup/status", body)

    data = show("backup-stats")

    assert before == []
    assert [one["duration_seconds"] for one in data["slowest_jobs"]] == [77]
    assert (data["total"], data["mean_duration_seconds"]) == (1, 77)


def test_at_risk_are_active_jobs_that_failed_last(show, report, admin, cast):
    fine, failing, worse, off, gone = (cast.create_job(backup_tool="veeam") for _ in range(5))
    for job in (failing, worse, off, gone):
        report(job, "failed", HOUR)
    report(worse, "failed")
    report(fine)
    admin.put(f"/api/v1/backups/{off.id}", {"is_active": False})
    admin.delete(f"/api/v1/backups/{gone.id}")

    listed = show("backup-stats")["jobs_at_risk"]

    assert [(one["backup_id"], one["consecutive_failures"]) for one in listed] == [
        (worse.id, 2),
        (failing.id, 1),
    ]
    assert len(listed) <= SHOWN
