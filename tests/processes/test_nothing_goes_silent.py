"""Each way of falling silent makes one event and one alert, also where a scheduler is killed."""

import signal
from collections import Counter
from datetime import timedelta

from app.alerts.models import Alert, AlertTurn
from app.backups.models import BackupJob
from app.core import clock
from app.core.tenancy import as_tenant, unscoped
from app.events import service as events
from app.events.models import Event
from app.runners.models import Runner
from app.storage.models import StorageProvider
from tests.support.house import house_process
from tests.support.processes import wait_until
from tests.support.rows import keep_run

HOST = "branch-office"
SILENCES = ("runner.lost", "backup.missed", "backup.failed", "storage.offline")
STORM = 1_000
WAIT_SECONDS = 180


def test_each_silence_is_told_once_though_the_scheduler_is_killed(app, cast, admin, house):
    dead = lose_host(app, cast)
    late = miss(app, cast, cast.create_job(backup_tool="veeam", **daily()))
    down = miss(app, cast, cast.create_job(runner="elsewhere", **daily()))
    hung = hang(cast)
    away = go_offline(app, cast, admin)

    with house_process("worker", house) as worker:
        with house_process("scheduler", house) as scheduler:
            wait_until(lambda: told(cast).total() >= 2, seconds=WAIT_SECONDS, output=worker.output)
            kill(scheduler)
        with house_process("scheduler", house) as scheduler:
            await_alerts(cast, 6, scheduler)
            # Whatever it could tell once more would have come before what comes last.
            record(app, cast, 1, "external.last")
            await_alerts(cast, 7, scheduler, "external.last")

    assert told(cast) == {
        "runner.lost": 1,
        "backup.missed": 2,
        "backup.failed": 2,
        "storage.offline": 1,
    }
    found = {(one.type, one.subject_id): one for one in alerts(cast)}
    parent = found["runner.lost", cast.rows(Runner)[0].id]
    assert (parent.count, found["backup.failed", dead.id].parent_id) == (1, parent.id)
    for alone in (
        ("backup.missed", late.id),
        ("backup.missed", down.id),
        ("backup.failed", hung.id),
        ("storage.offline", away),
    ):
        alert = found[alone]
        assert (alert.status, alert.count, alert.parent_id) == ("open", 1, None), alone
    assert found["backup.failed", hung.id].data["error_code"] == "TIMED_OUT"


def test_a_scheduler_killed_in_the_midst_of_a_storm_counts_each_event_once(app, cast, job, house):
    record(app, cast, STORM, "backup.failed", job.id)

    with house_process("scheduler", house) as scheduler:
        wait_until(lambda: counted(cast) > 0, seconds=WAIT_SECONDS, output=scheduler.output)
        kill(scheduler)
    before = counted(cast)
    with house_process("scheduler", house) as scheduler:
        record(app, cast, 10, "backup.failed", job.id)
        wait_until(
            lambda: counted(cast) >= STORM + 10,
            seconds=WAIT_SECONDS,
            what=f"all are counted, {before} were",
            output=scheduler.output,
        )

    (alert,) = alerts(cast, "backup.failed")
    assert (alert.status, alert.count) == ("open", STORM + 10)
    assert Counter(turn.kind for turn in cast.rows(AlertTurn)) == {
        "opened": 1,
        "repeated": STORM + 9,
    }


def kill(scheduler):
    scheduler.process.send_signal(signal.SIGKILL)
    scheduler.process.wait()


def told(cast):
    return Counter(event.type for event in cast.rows(Event) if event.type in SILENCES)


def alerts(cast, *types):
    return [alert for alert in cast.rows(Alert) if alert.type in (types or SILENCES)]


def counted(cast):
    return sum(alert.count for alert in alerts(cast, "backup.failed"))


def await_alerts(cast, count, scheduler, *more):
    wait_until(
        lambda: len(alerts(cast, *SILENCES, *more)) >= count,
        seconds=WAIT_SECONDS,
        what=f"there are {count} alerts",
        output=scheduler.output,
    )


def change(app, model, row_id, **values):
    with app.app_context(), unscoped() as session:
        session.query(model).filter_by(id=row_id).update(values)


def record(app, cast, times, type_, subject_id=None):
    tenant_id = cast.tenant("acme")
    with app.app_context(), as_tenant(tenant_id):
        for _ in range(times):
            fact = events.Fact(
                type_, "It happened", clock.utcnow(), "backup", subject_id, severity="high"
            )
            events.record(fact, tenant_id=tenant_id)


def daily():
    """A time of day that does not come again while the test runs."""
    at = clock.utcnow() - timedelta(hours=5)
    return {"schedule_type": "daily", "schedule_time": at.strftime("%H:%M")}


def miss(app, cast, job):
    """Its time has come while no scheduler was there, and the grace is over."""
    due = clock.utcnow() - timedelta(hours=5)
    change(app, BackupJob, job.id, next_run=due, overdue_at=due + timedelta(hours=1))
    return job


def lose_host(app, cast):
    """A host died over its run."""
    cast.runner(HOST)
    then = clock.utcnow() - timedelta(minutes=10)
    change(app, Runner, cast.rows(Runner)[0].id, last_seen_at=then)
    job = cast.create_job(runner=HOST)
    run_of(cast, job, then, then + timedelta(minutes=3), runner=HOST)
    return job


def hang(cast):
    """A run that holds its lease and comes to no end."""
    job = cast.create_job(max_runtime_minutes=1)
    now = clock.utcnow()
    run_of(cast, job, now - timedelta(hours=2), now + timedelta(hours=2))
    return job


def run_of(cast, job, started_at, lease_until, **more):
    times = {"started_at": started_at, "execution_date": started_at, "lease_until": lease_until}
    unfinished = {"status": "running", "finished_at": None, "snapshot_id": None}
    keep_run(cast, job.id, **unfinished, **times, lease_owner="nobody:1:2", **more)


def go_offline(app, cast, admin):
    """A storage whose folder has vanished since it was looked at last."""
    folder = cast.instance / "storage" / "unplugged"
    folder.mkdir(exist_ok=True)
    body = {"name": "Disk", "provider_type": "local", "location_type": "offsite"}
    made = admin.post("/api/v1/storage/providers", {**body, "connection_string": str(folder)})
    folder.rmdir()
    provider_id = made.json["data"]["id"]
    change(app, StorageProvider, provider_id, is_online=True, check_due_at=None)
    return provider_id
