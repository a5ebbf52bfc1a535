"""Immutability is tried with the job's own credentials, and unknown stays unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from app.storage.drivers import calls
from app.storage.drivers.object_lock import LOCK_PROBE
from tests.support.storage_servers import azure, gcs, s3
from tests.support.storage_servers.ground import KEPT_DAYS, Ground, at, probe

COMPLIANCE, GOVERNANCE = s3.LOCKED_BUCKETS["COMPLIANCE"], s3.LOCKED_BUCKETS["GOVERNANCE"]


def test_a_locked_bucket_is_immutable(s3_ground: Ground):
    place = at(s3_ground.place, f"s3://{COMPLIANCE}/locked")

    found = calls.probe_immutability(place, s3.LOCK_DAYS)

    assert found.is_immutable is True
    assert found.retained_until is not None
    assert found.retained_until > datetime.now(UTC) + timedelta(days=s3.LOCK_DAYS - 1)


def test_a_lock_shorter_than_was_promised_does_not_count(s3_ground: Ground):
    place = at(s3_ground.place, f"s3://{COMPLIANCE}/short")

    found = calls.probe_immutability(place, s3.LOCK_DAYS + 1)

    assert found.is_immutable is False
    assert "short of 31 days" in found.why


def test_a_lock_that_the_credentials_may_lift_does_not_count(s3_ground: Ground):
    place = at(s3_ground.place, f"s3://{GOVERNANCE}/lifted")

    found = calls.probe_immutability(place, 1)

    assert found.is_immutable is False
    assert s3.keys_of(s3.client_of(place), GOVERNANCE, "lifted/") == set()


@pytest.mark.parametrize("bucket", [s3.BUCKET, s3.VERSIONED_BUCKET])
def test_a_bucket_without_lock_is_not_immutable(s3_ground: Ground, bucket: str):
    place = at(s3_ground.place, f"s3://{bucket}/plain")

    found = calls.probe_immutability(place, 1)

    assert found.is_immutable is False
    assert s3.keys_of(s3.client_of(place), bucket, "plain/") == set()


def test_a_probe_in_a_locked_bucket_is_hidden_at_least(s3_ground: Ground):
    place = at(s3_ground.place, f"s3://{COMPLIANCE}/hidden")

    found = probe(place)

    listed = s3.client_of(place).list_objects_v2(Bucket=COMPLIANCE, Prefix="hidden/")
    assert (found.error_code, found.writable) == (None, True)
    assert listed["KeyCount"] == 0


def test_a_probe_of_the_lock_has_one_name_for_ever(s3_ground: Ground):
    place = at(s3_ground.place, f"s3://{COMPLIANCE}/again")

    for _ in range(2):
        calls.probe_immutability(place, 1)

    keys = s3.keys_of(s3.client_of(place), COMPLIANCE, "again/")
    assert keys == {f"again/{LOCK_PROBE}"}


@pytest.mark.parametrize(
    ("ground", "kept"),
    [
        ("azure", f"azure://{azure.KEPT_CONTAINER}/x"),
        ("gcs", f"gs://{gcs.KEPT_BUCKET}/x"),
    ],
    indirect=["ground"],
)
def test_retention_of_azure_and_google_is_tried_too(ground: Ground, kept: str):
    place = at(ground.place, kept)

    held, short, free = (
        calls.probe_immutability(place, KEPT_DAYS - 1),
        calls.probe_immutability(place, KEPT_DAYS + 1),
        calls.probe_immutability(ground.place, 1),
    )

    assert (held.is_immutable, short.is_immutable, free.is_immutable) == (True, False, False)


@pytest.mark.parametrize("ground", ["local", "network", "sftp", "rest"], indirect=True)
def test_what_cannot_be_tried_stays_unknown(ground: Ground):
    found = calls.probe_immutability(ground.place, 1)

    assert found.is_immutable is None
