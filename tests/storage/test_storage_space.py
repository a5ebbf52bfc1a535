"""GET /storage/{id}/space and /storage/{id}/backups: what lies there and how it grows."""

from datetime import timedelta

import pytest

from app.backups.models import Execution
from app.core import clock
from app.core.tenancy import as_tenant
from app.storage.models import StorageProvider, StorageSample


@pytest.fixture
def add(cast):
    """Keep rows of Acme's."""

    def keep(*rows):
        with cast.app.app_context(), as_tenant(cast.tenant("acme")) as session:
            session.add_all(rows)

    return keep


def sample(provider_id, days_ago, used_bytes, total_bytes=1000):
    moment = clock.utcnow() - timedelta(days=days_ago)
    return StorageSample(
        provider_id=provider_id,
        sampled_on=moment.date(),
        measured_at=moment,
        total_bytes=total_bytes,
        used_bytes=used_bytes,
        free_bytes=None if total_bytes is None else total_bytes - used_bytes,
    )


def execution(job, provider_id, **fields):
    moment = clock.utcnow()
    given = {"status": "success", "trigger": "manual", "snapshot_id": "4f1c2d3e", **fields}
    return Execution(job_id=job.id, storage_id=provider_id, execution_date=moment, **given)


def test_of_one_never_measured_is_asked_now(viewer, make, body):
    made = make(body)

    data = viewer.get(f"/api/v1/storage/{made['id']}/space").json["data"]

    assert data["total_bytes"] > data["used_bytes"] > 0
    assert data["utilization_percent"] > 0
    assert (data["growth_bytes_per_day"], data["days_until_full"]) == (None, None)
    assert (data["backup_count"], data["last_updated"] is None) == (0, False)


def test_is_what_was_measured_and_grows_by_the_days(viewer, make, body, add):
    made = make(body)
    add(*(sample(made["id"], days, 900 - 100 * days) for days in (3, 2, 1, 0)))

    data = viewer.get(f"/api/v1/storage/{made['id']}/space").json["data"]

    assert (data["total_bytes"], data["used_bytes"], data["free_bytes"]) == (1000, 900, 100)
    assert data["utilization_percent"] == 90
    assert data["growth_bytes_per_day"] == pytest.approx(100)
    assert data["days_until_full"] == pytest.approx(1)


def test_a_capacity_stands_in_for_a_total_that_is_not_told(viewer, make, bucket_body, add):
    made = make({**bucket_body, "capacity_bytes": 4000})
    add(sample(made["id"], 0, 1000, total_bytes=None))

    data = viewer.get(f"/api/v1/storage/{made['id']}/space").json["data"]

    assert (data["total_bytes"], data["free_bytes"]) == (4000, 3000)
    assert data["utilization_percent"] == 25


def test_of_what_does_not_answer_nothing_is_made_up(viewer, make, body, folder):
    made = make(body)
    folder.rmdir()

    response = viewer.get(f"/api/v1/storage/{made['id']}/space")

    told = {name: value for name, value in response.json["data"].items() if value is not None}
    assert (response.status_code, told) == (200, {"backup_count": 0})


def test_the_last_measurement_is_told_of_what_does_not_answer(viewer, make, body, add, folder):
    made = make(body)
    add(sample(made["id"], 2, 500))
    folder.rmdir()

    data = viewer.get(f"/api/v1/storage/{made['id']}/space").json["data"]

    assert data["used_bytes"] == 500
    assert data["last_updated"][:10] == str((clock.utcnow() - timedelta(days=2)).date())


def test_lists_and_counts_the_executions_whose_data_lie_there(viewer, make, body, add, job, cast):
    made = make(body)
    (local,) = [row for row in cast.rows(StorageProvider) if row.is_default]
    there = execution(job, made["id"])
    add(
        there,
        execution(job, local.id),
        execution(job, made["id"], status="failed", snapshot_id=None),
    )

    listed = viewer.get(f"/api/v1/storage/{made['id']}/backups")

    assert (listed.status_code, [row["id"] for row in listed.json["data"]]) == (200, [there.id])
    space = viewer.get(f"/api/v1/storage/{made['id']}/space").json["data"]
    assert space["backup_count"] == 1
