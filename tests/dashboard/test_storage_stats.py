"""GET /dashboard/storage-stats: how full the storages are, and were."""

from datetime import timedelta

import pytest

from app.storage.models import StorageProvider, StorageSample

DAY = timedelta(days=1)


@pytest.fixture
def vault(app, cast, keep):
    provider = StorageProvider(
        name="Vault",
        provider_type="s3",
        location_type="cloud",
        connection_string="s3:bucket",
        capacity_bytes=500,
        is_online=False,
        is_low=True,
    )
    keep(provider)
    return provider.id


@pytest.fixture
def measure(keep, now):
    def call(provider_id, days_ago, used, total=None):
        at = now - days_ago * DAY
        sizes = {"used_bytes": used, "total_bytes": total}
        keep(StorageSample(provider_id=provider_id, sampled_on=at.date(), measured_at=at, **sizes))

    return call


def test_adds_up_what_was_measured_last(show, vault, measure):
    measure(vault, 1, 100)
    measure(vault, 0, 125)

    data = show("storage-stats")

    assert (data["total"], data["offline"], data["low"]) == (2, 1, 1)
    assert (data["used_bytes"], data["capacity_bytes"], data["utilization_percent"]) == (
        125,
        500,
        25.0,
    )
    assert {one["name"]: one["total"] for one in data["by_type"]} == {"local": 1, "s3": 1}
    told = {one["storage_id"]: one for one in data["storages"]}[vault]
    assert (told["used_bytes"], told["utilization_percent"], told["is_online"]) == (
        125,
        25.0,
        False,
    )
    assert show("overview")["storage"]["used_bytes"] == 125


def test_a_day_without_a_measurement_has_that_of_the_day_before(show, vault, measure):
    measure(vault, 20, 70)
    measure(vault, 3, 90)

    by_day = show("storage-stats", time_period="last_7d")["by_day"]

    assert [one["used_bytes"] for one in by_day] == [70, 70, 70, 70, 90, 90, 90, 90]


def test_a_deleted_storage_counts_no_more(show, vault, measure, admin):
    measure(vault, 0, 70)
    admin.delete(f"/api/v1/storage/providers/{vault}")

    data = show("storage-stats")

    assert (data["total"], data["used_bytes"], data["by_day"][-1]["used_bytes"]) == (1, 0, 0)
