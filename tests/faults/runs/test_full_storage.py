"""A storage without room: the run fails and says why, and the next succeeds once there is room."""

import os
from pathlib import Path

import pytest

from app.alerts.models import Alert
from app.core.tenancy import as_tenant
from app.events.models import Event
from app.storage.models import StorageProvider
from tests.support.house import house_process
from tests.support.processes import wait_until
from tests.support.run_ledger import locks_of
from tests.support.small_storage import SMALL_BYTES, small_storage


def test_a_run_on_a_full_storage_fails_by_name_and_the_next_succeeds_once_there_is_room(
    own_runs, full_job, cast, house, small
):
    environ = {**house, "PATH": small.search + house["PATH"]}
    with house_process("worker", environ) as worker, house_process("scheduler", house):
        failed = own_runs.ask(full_job)
        row = own_runs.await_ends(worker)[failed]
        wait_until(lambda: statuses(cast) == ["open"], seconds=120, output=worker.output)
        left_behind = own_runs.tags(full_job)
        small.make_room()
        again = own_runs.ask(full_job)
        rows = own_runs.await_ends(worker)
        wait_until(lambda: statuses(cast) == ["resolved"], seconds=120, output=worker.output)

    tally = own_runs.settle()
    assert (tally.acknowledged, tally.found, tally.lost, tally.doubled) == (2, 2, 0, 0)
    assert (row.status, row.error_code, row.snapshot_id) == ("failed", "STORAGE_FULL", None)
    (event,) = [event for event in cast.rows(Event) if event.type == "backup.failed"]
    assert (event.data["execution_id"], event.data["error_code"]) == (failed, "STORAGE_FULL")
    assert event.message == row.error_message
    assert left_behind == []
    assert (rows[again].status, rows[again].attempt) == ("success", 1)
    assert own_runs.tags(full_job) == [f"execution-{again}"]
    own_runs.restic(full_job, "check", "--read-data")
    assert locks_of(full_job) == []


@pytest.fixture
def small(cast, tmp_path):
    with small_storage(cast.instance / "storage" / "small", tmp_path / "small-bin") as made:
        yield made


@pytest.fixture
def full_job(app, cast, make_job, small):
    """A job with more to keep than there is room for."""
    provider = StorageProvider(
        name="Small",
        provider_type="local",
        location_type="offsite",
        connection_string=str(small.folder),
    )
    with app.app_context(), as_tenant(cast.tenant("acme")) as session:
        session.add(provider)
    job = make_job(folder=small.folder, storage_id=provider.id)
    (Path(job.source_path) / "noise").write_bytes(os.urandom(SMALL_BYTES + 1024 * 1024))
    return job


def statuses(cast):
    return [alert.status for alert in cast.rows(Alert) if alert.type == "backup.failed"]
